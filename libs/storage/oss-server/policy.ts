import { checkScope, parseV4Time, sameText, type Credentials } from './authorise.js';
import { OssError } from './errors.js';
import { signV1 } from './signature-v1.js';
import { signV4, V4_ALGORITHM } from './signature-v4.js';

/** Fields of a form upload, names in lower case. */
export type FormFields = ReadonlyMap<string, string>;

export interface SizeRange {
  readonly min: number;
  readonly max: number;
}

const refuse = (reason: string): OssError => new OssError('AccessDenied', `Invalid according to Policy: ${reason}`);

/**
 * Checks that the owner signed the policy, V1 or V4.
 *
 * @throws OssError AccessDenied, InvalidAccessKeyId, SignatureDoesNotMatch
 */
export function checkPolicySignature(fields: FormFields, credentials: Credentials): void {
  const field = (name: string): string => fields.get(name) ?? '';
  const policy = field('policy');
  if (policy === '') throw new OssError('AccessDenied', 'A form upload needs a signed policy.');
  if (fields.has('x-oss-signature-version')) {
    const time = field('x-oss-date');
    if (field('x-oss-signature-version') !== V4_ALGORITHM || Number.isNaN(parseV4Time(time))) throw new OssError('InvalidArgument');
    const scope = checkScope(field('x-oss-credential'), time, credentials);
    if (!sameText(signV4(credentials.accessKeySecret, scope, policy), field('x-oss-signature')))
      throw new OssError('SignatureDoesNotMatch');
    return;
  }
  if (field('ossaccesskeyid') !== credentials.accessKeyId) throw new OssError('InvalidAccessKeyId');
  if (!sameText(signV1(credentials.accessKeySecret, policy), field('signature'))) throw new OssError('SignatureDoesNotMatch');
}

interface Policy {
  readonly expiration: string;
  readonly conditions: readonly unknown[];
}

function parsePolicy(text: string): Policy {
  try {
    const policy = JSON.parse(Buffer.from(text, 'base64').toString('utf8')) as Partial<Policy>;
    if (typeof policy.expiration === 'string' && Array.isArray(policy.conditions)) return policy as Policy;
  } catch {
    // Falls through: unreadable is invalid.
  }
  throw new OssError('InvalidPolicyDocument', 'Invalid Policy: Invalid JSON.');
}

const listOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** Whether a field is what a condition `[operator, '$name', wanted]` says. */
function holds(operator: string, actual: string, wanted: unknown): boolean {
  switch (operator) {
    case 'eq':
      return actual === wanted;
    case 'starts-with':
      return actual.startsWith(String(wanted));
    case 'in':
      return listOf(wanted).includes(actual);
    case 'not-in':
      return !listOf(wanted).includes(actual);
    default:
      throw new OssError('InvalidPolicyDocument', `Invalid Policy: unknown condition ${operator}.`);
  }
}

function triples(condition: unknown): [operator: string, name: unknown, wanted: unknown][] {
  if (Array.isArray(condition)) return [[String(condition[0]), condition[1], condition[2]]];
  if (typeof condition !== 'object' || condition === null) throw new OssError('InvalidPolicyDocument');
  return Object.entries(condition).map(([name, wanted]) => ['eq', `$${name}`, wanted]);
}

/**
 * Checks the fields of a form against its policy.
 *
 * @returns how many bytes the file may have
 * @throws OssError AccessDenied, InvalidPolicyDocument
 */
export function checkPolicy(fields: FormFields, bucket: string, maxBytes: number): SizeRange {
  const policy = parsePolicy(fields.get('policy') ?? '');
  const expires = Date.parse(policy.expiration);
  if (Number.isNaN(expires)) throw new OssError('InvalidPolicyDocument', 'Invalid Policy: Invalid expiration.');
  if (Date.now() > expires) throw refuse('Policy expired.');
  let range: SizeRange = { min: 0, max: maxBytes };
  for (const [operator, name, wanted] of policy.conditions.flatMap(triples)) {
    if (operator === 'content-length-range') {
      range = { min: Math.max(range.min, Number(name)), max: Math.min(range.max, Number(wanted)) };
      continue;
    }
    const field = String(name).replace(/^\$/, '').toLowerCase();
    const actual = field === 'bucket' ? bucket : (fields.get(field) ?? '');
    if (!holds(operator, actual, wanted)) throw refuse(`Policy Condition failed: ["${operator}", "$${field}", ${JSON.stringify(wanted)}]`);
  }
  return range;
}
