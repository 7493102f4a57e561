import { CommonErrors, DoulError, type ErrorDetails, type GrpcStatusName } from '@doul/contracts';
import { Metadata, status, type ServiceError } from '@grpc/grpc-js';

const ERROR_KEY = 'doul-error-bin';

interface WireError {
  code: number;
  name: string;
  message: string;
  messageZh: string;
  details: ErrorDetails;
}

/** Trailers share 64 KiB with everything else that gRPC sends, and one that is larger ends the call without its error. */
const MAX_BYTES = 16_384;
const MAX_TEXT = 1_024;

const encode = (wire: WireError): Buffer => Buffer.from(JSON.stringify(wire));
const cut = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);

/** A failure as it crosses the wire, wherever it is put there. */
export interface Carried {
  status: status;
  details: string;
  error: Buffer;
}

/** Our own errors whole, anything else as INTERNAL without its text. */
export function carry(failure: unknown): Carried {
  const known = failure instanceof DoulError ? failure : CommonErrors.INTERNAL({}, failure);
  const { code, name, message, messageZh, details } = known;
  const whole = encode({ code, name, message, messageZh, details });
  const fits = whole.length <= MAX_BYTES;
  const error = fits ? whole : encode({ code, name, message: cut(message), messageZh: cut(messageZh), details: {} });
  return { status: status[known.grpc], details: cut(message), error };
}

/** What a handler's failure looks like to grpc-js. */
export function toWire(failure: unknown): { code: status; details: string; metadata: Metadata } {
  const carried = carry(failure);
  return { code: carried.status, details: carried.details, metadata: metadataOf(carried.error) };
}

function metadataOf(error: Uint8Array): Metadata {
  const metadata = new Metadata();
  if (error.length > 0) metadata.set(ERROR_KEY, Buffer.from(error));
  return metadata;
}

/** A failure that came by another way than trailers, in the form in which grpc-js reports one. */
export const serviceError = ({ status: code, details, error }: { status: status; details: string; error: Uint8Array }): ServiceError =>
  Object.assign(new Error(details), { code, details, metadata: metadataOf(error) });

function transportError(error: ServiceError): DoulError {
  if (error.code === status.DEADLINE_EXCEEDED) return CommonErrors.DEADLINE({}, error);
  if (error.code === status.UNAVAILABLE || error.code === status.CANCELLED) return CommonErrors.UNAVAILABLE({}, error);
  return CommonErrors.INTERNAL({}, error);
}

/** Whether a handler failed with an error of ours, and not the transport. */
export const answered = (error: ServiceError): boolean => (error.metadata?.get(ERROR_KEY) ?? []).length > 0;

function decode(raw: unknown): WireError | undefined {
  if (!Buffer.isBuffer(raw)) return undefined;
  try {
    const wire = JSON.parse(raw.toString()) as Partial<WireError> | null;
    if (typeof wire?.code !== 'number' || typeof wire.name !== 'string') return undefined;
    const { code, name, message = name, messageZh = message, details } = wire;
    return { code, name, message, messageZh, details: details ?? {} };
  } catch {
    return undefined;
  }
}

/** The error class of the other side again, or the common one for a failure of the transport. Never throws. */
export function fromWire(error: ServiceError): DoulError {
  const wire = decode(error.metadata?.get(ERROR_KEY)[0]);
  if (!wire) return transportError(error);
  const grpc = (status[error.code] ?? 'INTERNAL') as GrpcStatusName;
  return DoulError.revive(wire.code, wire.name, grpc, wire.message, wire.messageZh, wire.details);
}

/**
 * Whether the request certainly did not reach a handler, so that even an unsafe method may be sent again: nobody took the
 * connection, or a server that does not have the method (an older one, or another service behind a reused port) refused it.
 */
export function neverArrived(error: ServiceError): boolean {
  if (answered(error)) return false;
  if (error.code === status.UNIMPLEMENTED) return true;
  return error.code === status.UNAVAILABLE && /No connection established|ECONNREFUSED|Name resolution failed/.test(error.details);
}
