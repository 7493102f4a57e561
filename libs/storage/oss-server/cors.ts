import type { ServerResponse } from 'node:http';
import { OssError } from './errors.js';
import { header, type OssRequest } from './request.js';
import { blocksOf, textsOf, type XmlTree } from './xml.js';

/** A rule of a bucket's CORS configuration; origins and headers may hold one `*`. */
export interface CorsRule {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly expose: readonly string[];
  /** Seconds. */
  readonly maxAge: number;
}

/** Browsers may read and upload from anywhere, and see the ETag that completing a multipart upload needs. */
export const OPEN_CORS: readonly CorsRule[] = [
  {
    origins: ['*'],
    methods: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'],
    headers: ['*'],
    expose: ['ETag', 'x-oss-request-id', 'Content-Range', 'Accept-Ranges'],
    maxAge: 600,
  },
];

const MAX_RULES = 10;

const matches = (pattern: string, text: string): boolean => {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern.toLowerCase() === text.toLowerCase();
  const [before, after] = [pattern.slice(0, star).toLowerCase(), pattern.slice(star + 1).toLowerCase()];
  const lower = text.toLowerCase();
  return lower.length >= before.length + after.length && lower.startsWith(before) && lower.endsWith(after);
};

const anyMatches = (patterns: readonly string[], text: string): boolean => patterns.some((pattern) => matches(pattern, text));

function allow(res: ServerResponse, rule: CorsRule, origin: string): void {
  res.setHeader('access-control-allow-origin', rule.origins.includes('*') ? '*' : origin);
  if (rule.expose.length > 0) res.setHeader('access-control-expose-headers', rule.expose.join(', '));
}

/** Adds what a browser needs to read the answer, errors included; without a matching rule nothing. */
export function addCorsHeaders(request: OssRequest, res: ServerResponse, rules: readonly CorsRule[]): void {
  const origin = header(request, 'origin');
  res.setHeader('vary', 'Origin');
  if (origin === undefined) return;
  const rule = rules.find((each) => anyMatches(each.origins, origin) && each.methods.includes(request.method));
  if (rule) allow(res, rule, origin);
}

/**
 * Answers a preflight.
 *
 * @throws OssError AccessForbidden when no rule allows what it asks for
 */
export function preflight(request: OssRequest, res: ServerResponse, rules: readonly CorsRule[]): void {
  const origin = header(request, 'origin');
  const method = header(request, 'access-control-request-method');
  if (origin === undefined || method === undefined) throw new OssError('AccessForbidden');
  const wanted = (header(request, 'access-control-request-headers') ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  const rule = rules.find(
    (each) => anyMatches(each.origins, origin) && each.methods.includes(method) && wanted.every((name) => anyMatches(each.headers, name)),
  );
  if (!rule) throw new OssError('AccessForbidden');
  allow(res, rule, origin);
  res.setHeader('access-control-allow-methods', rule.methods.join(', '));
  if (wanted.length > 0) res.setHeader('access-control-allow-headers', wanted.join(', '));
  res.writeHead(200, { 'access-control-max-age': String(rule.maxAge), 'content-length': 0 });
  res.end();
}

/** @throws OssError MalformedXML */
export function parseCorsRules(xml: string): CorsRule[] {
  const rules = blocksOf(xml, 'CORSRule').map((rule) => ({
    origins: textsOf(rule, 'AllowedOrigin'),
    methods: textsOf(rule, 'AllowedMethod'),
    headers: textsOf(rule, 'AllowedHeader'),
    expose: textsOf(rule, 'ExposeHeader'),
    maxAge: Number(textsOf(rule, 'MaxAgeSeconds')[0] ?? 0),
  }));
  const wrong = rules.some((rule) => rule.origins.length === 0 || rule.methods.length === 0 || !Number.isInteger(rule.maxAge));
  if (wrong || rules.length === 0 || rules.length > MAX_RULES) throw new OssError('MalformedXML');
  return rules;
}

export const corsTree = (rules: readonly CorsRule[]): XmlTree => ({
  CORSRule: rules.map((rule) => ({
    AllowedOrigin: rule.origins,
    AllowedMethod: rule.methods,
    AllowedHeader: rule.headers,
    ExposeHeader: rule.expose,
    MaxAgeSeconds: rule.maxAge,
  })),
});
