import { createHash, createHmac } from 'node:crypto';

/** What signing needs to know of the bucket. */
export interface Signer {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Bucket in the path. */
  readonly sld: boolean;
}

export interface AddressRequest {
  readonly method: 'GET' | 'PUT';
  readonly key: string;
  /** How long it is good for from `at` on, in seconds; at most 7 days. */
  readonly seconds: number;
  /** When it counts as signed, Unix ms. */
  readonly at: number;
  readonly query?: Readonly<Record<string, string>>;
  /** Lower-case names; whoever uses the address has to send just these values. */
  readonly headers?: Readonly<Record<string, string>>;
}

const ALGORITHM = 'OSS4-HMAC-SHA256';

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
const encodeKey = (key: string): string => key.split('/').map(encode).join('/');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const byName = (a: string, b: string): number => (a < b ? -1 : 1);

/** Headers that OSS always signs; others have to be named in the address. */
const isAlwaysSigned = (name: string): boolean => name === 'content-type' || name === 'content-md5' || name.startsWith('x-oss-');

function queryText(query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return pairs.sort(byName).join('&');
}

/** `yyyymmddThhmmssZ`. */
const timeText = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '');

/** Where objects are without a signature, as the SDK addresses them. */
function baseAddress({ endpoint, bucket, sld }: Signer): string {
  const { protocol, host } = new URL(endpoint);
  return sld ? `${protocol}//${host}/${bucket}/` : `${protocol}//${bucket}.${host}/`;
}

/** What addresses that are signed as of the same moment share. */
interface Moment {
  readonly at: number;
  readonly time: string;
  readonly scope: string;
  readonly signingKey: Buffer;
  readonly base: string;
  /** Of the latest address to read a file, for how many seconds it is good, and its query before the signature. */
  read?: { readonly seconds: number; readonly query: string };
}

/** The latest moment of each signer: addresses to read files are signed as of the beginning of a window, many for each moment. */
const moments = new WeakMap<Signer, Moment>();

function momentOf(signer: Signer, at: number): Moment {
  const known = moments.get(signer);
  if (known?.at === at) return known;
  const time = timeText(at);
  const day = time.slice(0, 8);
  const region = signer.region.replace(/^oss-/, '');
  const scope = `${day}/${region}/oss/aliyun_v4_request`;
  const signingKey =
    known?.scope === scope
      ? known.signingKey
      : [region, 'oss', 'aliyun_v4_request'].reduce(hmac, hmac(`aliyun_v4${signer.accessKeySecret}`, day));
  const made: Moment = { at, time, scope, signingKey, base: known?.base ?? baseAddress(signer) };
  moments.set(signer, made);
  return made;
}

function unsignedQuery({ accessKeyId }: Signer, moment: Moment, { seconds, query }: AddressRequest, additional: string): string {
  const isPlain = query === undefined && additional === '';
  if (isPlain && moment.read?.seconds === seconds) return moment.read.query;
  const text = queryText({
    ...query,
    ...(additional === '' ? {} : { 'x-oss-additional-headers': additional }),
    'x-oss-credential': `${accessKeyId}/${moment.scope}`,
    'x-oss-date': moment.time,
    'x-oss-expires': String(seconds),
    'x-oss-signature-version': ALGORITHM,
  });
  if (isPlain) moment.read = { seconds, query: text };
  return text;
}

/**
 * An address with a V4 signature of OSS in its query. The SDK makes the same ones, but always as of now; the time is a parameter
 * here, since addresses that are to be equal must have been signed at the same time.
 */
export function signAddress(signer: Signer, request: AddressRequest): string {
  const { method, key, at, headers = {} } = request;
  const moment = momentOf(signer, at);
  const { time, scope, signingKey, base } = moment;
  const names = Object.keys(headers).sort(byName);
  const additional = names.filter((name) => !isAlwaysSigned(name)).join(';');
  const unsigned = unsignedQuery(signer, moment, request, additional);
  const headerLines = names.map((name) => `${name}:${(headers[name] ?? '').trim()}\n`).join('');
  const path = encodeKey(key);
  const canonical = [method, `/${encode(signer.bucket)}/${path}`, unsigned, headerLines, additional, 'UNSIGNED-PAYLOAD'].join('\n');
  const hash = createHash('sha256').update(canonical).digest('hex');
  const signature = hmac(signingKey, [ALGORITHM, time, scope, hash].join('\n')).toString('hex');
  return `${base}${path}?${unsigned}&x-oss-signature=${signature}`;
}
