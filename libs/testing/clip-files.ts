import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeClip } from './clips.js';

/** How a test clip looks; what is left out is small and short. */
export type ClipLook = Parameters<typeof makeClip>[1];

const folder = join(process.env['DOUL_CLIPS'] ?? tmpdir(), 'doul-clips');

/** A clip's file, made once per look and kept for later tests. */
export const clip = (look: ClipLook = {}): Promise<string> => makeClip(folder, look);
