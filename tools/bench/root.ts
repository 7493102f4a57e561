import { resolve } from 'node:path';

/** The checkout. */
export const ROOT = resolve(process.env['DOUL_ROOT'] ?? '.');

/** For programs of the generator's side, which must not be taken for processes of the system under test. */
export function outsideEnvironment(): NodeJS.ProcessEnv {
  const { DOUL_ROOT: _root, DOUL_PROFILE: _profile, ...rest } = process.env;
  return rest;
}
