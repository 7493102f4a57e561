import { timingSafeEqual } from 'node:crypto';
import { OssError } from './errors.js';
import { header, type OssRequest } from './request.js';
import { signV1, stringToSignV1 } from './signature-v1.js';
import { parseScope, signaturesV4, V4_ALGORITHM, type Scope } from './signature-v4.js';

export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Region that V4 signatures must name, without `oss-`; undefined accepts each. */
  readonly region?: string | undefined;
}

export type Caller = 'owner' | 'anonymous';

/** How far a signer's clock may be off, in ms (OSS: 15 minutes). */
const SKEW_MS = 15 * 60_000;
/** How long a V4 address may be good for, in s (OSS: 7 days). */
const MAX_EXPIRES_S = 7 * 86_400;

/** Compares without telling where the difference is. */
export const sameText = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};

/** Milliseconds of `yyyymmddThhmmssZ`; NaN when malformed. */
export const parseV4Time = (text: string): number =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

function checkKeyId(given: string, credentials: Credentials): void {
  if (!sameText(given, credentials.accessKeyId)) throw new OssError('InvalidAccessKeyId', undefined, { OSSAccessKeyId: given });
}

function checkSkew(time: number): void {
  if (Number.isNaN(time)) throw new OssError('AccessDenied', 'OSS authentication requires a valid Date.');
  if (Math.abs(Date.now() - time) > SKEW_MS) throw new OssError('RequestTimeTooSkewed');
}

/**
 * Parses a credential and checks whom and what it is for.
 *
 * @throws OssError InvalidArgument, InvalidAccessKeyId, SignatureDoesNotMatch
 */
export function checkScope(credential: string, time: string, credentials: Credentials): Scope {
  const scope = parseScope(credential);
  if (!scope) throw new OssError('InvalidArgument', 'The credential is malformed.');
  checkKeyId(scope.keyId, credentials);
  if (credentials.region !== undefined && scope.region !== credentials.region) {
    throw new OssError('InvalidArgument', `Invalid signing region in Authorization header, expected '${credentials.region}'.`);
  }
  if (!time.startsWith(scope.day)) throw new OssError('InvalidArgument', 'The credential is of another day than the date.');
  return scope;
}

interface V4Claim {
  readonly credential: string;
  readonly time: string;
  readonly signature: string;
  readonly additional: string;
}

function checkV4(request: OssRequest, claim: V4Claim, credentials: Credentials): void {
  const scope = checkScope(claim.credential, claim.time, credentials);
  const additional = claim.additional === '' ? [] : claim.additional.split(';').map((name) => name.trim().toLowerCase());
  const right = signaturesV4(request, credentials.accessKeySecret, scope, claim.time, additional);
  if (!right.some((signature) => sameText(signature, claim.signature))) throw new OssError('SignatureDoesNotMatch');
}

function checkV1(request: OssRequest, date: string, signature: string, credentials: Credentials): void {
  const text = stringToSignV1(request, date);
  if (!sameText(signV1(credentials.accessKeySecret, text), signature)) {
    throw new OssError('SignatureDoesNotMatch', undefined, { StringToSign: text, SignatureProvided: signature });
  }
}

function checkHeaderV4(request: OssRequest, authorization: string, credentials: Credentials): void {
  const field = (name: string): string => new RegExp(`(?:^|[\\s,])${name}=([^,]*)`).exec(authorization)?.[1]?.trim() ?? '';
  const time = header(request, 'x-oss-date') ?? '';
  checkSkew(parseV4Time(time));
  checkV4(
    request,
    { credential: field('Credential'), time, signature: field('Signature'), additional: field('AdditionalHeaders') },
    credentials,
  );
}

function checkHeaderV1(request: OssRequest, authorization: string, credentials: Credentials): void {
  const match = /^OSS ([^:]+):(.+)$/.exec(authorization);
  if (!match) throw new OssError('InvalidArgument', 'The Authorization header is malformed.');
  checkKeyId(match[1] ?? '', credentials);
  const date = header(request, 'x-oss-date') ?? header(request, 'date') ?? '';
  checkSkew(Date.parse(date));
  checkV1(request, date, match[2] ?? '', credentials);
}

function checkQueryV4(request: OssRequest, credentials: Credentials): void {
  const field = (name: string): string => request.query.get(name) ?? '';
  if (field('x-oss-signature-version') !== V4_ALGORITHM) throw new OssError('InvalidArgument', 'Unknown signature version.');
  const time = parseV4Time(field('x-oss-date'));
  const expires = Number(field('x-oss-expires'));
  if (Number.isNaN(time)) throw new OssError('InvalidArgument', 'x-oss-date is malformed.');
  if (!Number.isInteger(expires) || expires < 1 || expires > MAX_EXPIRES_S) {
    throw new OssError('InvalidArgument', 'x-oss-expires must be 1 to 604800.');
  }
  if (time - Date.now() > SKEW_MS) throw new OssError('RequestTimeTooSkewed');
  if (Date.now() > time + expires * 1_000) throw new OssError('AccessDenied', 'Request has expired.');
  const claim = {
    credential: field('x-oss-credential'),
    time: field('x-oss-date'),
    signature: field('x-oss-signature'),
    additional: field('x-oss-additional-headers'),
  };
  checkV4(request, claim, credentials);
}

function checkQueryV1(request: OssRequest, credentials: Credentials): void {
  const field = (name: string): string => request.query.get(name) ?? '';
  checkKeyId(field('OSSAccessKeyId'), credentials);
  const expires = Number(field('Expires'));
  if (!Number.isInteger(expires)) throw new OssError('AccessDenied', 'Invalid Expires.');
  if (Date.now() > expires * 1_000) throw new OssError('AccessDenied', 'Request has expired.');
  checkV1(request, field('Expires'), field('Signature').replaceAll(' ', '+'), credentials);
}

/**
 * Checks a request's signature, in its headers or in its address, V1 or V4. A request without any is anonymous.
 *
 * @throws OssError when there is a signature and it is not right, not yet or no longer
 */
export function authorise(request: OssRequest, credentials: Credentials): Caller {
  const authorization = header(request, 'authorization');
  if (authorization?.startsWith(V4_ALGORITHM)) checkHeaderV4(request, authorization, credentials);
  else if (authorization !== undefined) checkHeaderV1(request, authorization, credentials);
  else if (request.query.has('x-oss-signature')) checkQueryV4(request, credentials);
  else if (request.query.has('Signature')) checkQueryV1(request, credentials);
  else return 'anonymous';
  return 'owner';
}
