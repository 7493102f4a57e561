import { CommonErrors, type DoulError } from '@doul/contracts';

/**
 * Why a call on the store did not do what was asked, where the caller can tell its client more than "try again":
 * - `not-found`: no such object or upload
 * - `too-large`: the stream had more bytes than allowed
 * - `aborted`: the source was cut off, or the caller's signal said so
 * - `stalled`: no byte moved for half a minute
 * - `bad-range`: the range is outside the object
 * - `refused`: the store does not accept the request (its keys, a part that is not there)
 */
export type StorageProblem = 'not-found' | 'too-large' | 'aborted' | 'stalled' | 'bad-range' | 'refused';

export class StorageError extends Error {
  constructor(
    readonly problem: StorageProblem,
    message: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StorageError';
  }
}

/** Whether an error is a storage problem of that kind. */
export const isStorageProblem = (error: unknown, problem: StorageProblem): boolean =>
  error instanceof StorageError && error.problem === problem;

interface SdkError {
  /** HTTP status; negative or absent = there was no answer. */
  status?: number;
  code?: string;
}

/** A store that is away, slow or failing is UNAVAILABLE; what it answered deliberately is a StorageError. */
export function translate(error: unknown, key: string): StorageError | DoulError {
  const { status = -1, code } = error as SdkError;
  if (code === 'NoSuchKey' || code === 'NoSuchUpload' || status === 404) return new StorageError('not-found', `no ${key}`, error);
  if (status === 416) return new StorageError('bad-range', `range outside ${key}`, error);
  if (status >= 400 && status < 500) return new StorageError('refused', `${code ?? status} for ${key}`, error);
  return CommonErrors.UNAVAILABLE({}, error);
}
