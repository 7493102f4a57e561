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

/** Where an object is without a signature, as the SDK addresses it. */
function objectAddress({ endpoint, bucket, sld }: Signer, key: string): string {
  const { protocol, host } = new URL(endpoint);
  return sld ? `${protocol}//${host}/${bucket}/${encodeKey(key)}` : `${protocol}//${bucket}.${host}/${encodeKey(key)}`;
}

/**
 * An address with a V4 signature of OSS in its query. The SDK makes the same ones, but always as of now; the time is a parameter
 * here, since addresses that are to be equal must have been signed at the same time.
 */
export function signAddress(signer: Signer, { method, key, seconds, at, query = {}, headers = {} }: AddressRequest): string {
  const time = timeText(at);
  const day = time.slice(0, 8);
  const region = signer.region.replace(/^oss-/, '');
  const scope = `${day}/${region}/oss/aliyun_v4_request`;
  const names = Object.keys(headers).sort(byName);
  const additional = names.filter((name) => !isAlwaysSigned(name)).join(';');
  const unsigned = queryText({
    ...query,
    ...(additional === '' ? {} : { 'x-oss-additional-headers': additional }),
    'x-oss-credential': `${signer.accessKeyId}/${scope}`,
    'x-oss-date': time,
    'x-oss-expires': String(seconds),
    'x-oss-signature-version': ALGORITHM,
  });
  const headerLines = names.map((name) => `${name}:${(headers[name] ?? '').trim()}\n`).join('');
  const canonical = [method, `/${encode(signer.bucket)}/${encodeKey(key)}`, unsigned, headerLines, additional, 'UNSIGNED-PAYLOAD'].join(
    '\n',
  );
  const hash = createHash('sha256').update(canonical).digest('hex');
  const signingKey = [day, region, 'oss', 'aliyun_v4_request'].reduce<string | Buffer>(hmac, `aliyun_v4${signer.accessKeySecret}`);
  const signature = hmac(signingKey, [ALGORITHM, time, scope, hash].join('\n')).toString('hex');
  return `${objectAddress(signer, key)}?${unsigned}&x-oss-signature=${signature}`;
}
