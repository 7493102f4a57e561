import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** @typedef {{ command: string, names?: string[], signal?: string }} Request */
/** @typedef {{ done?: boolean, ok?: boolean, error?: string, [key: string]: unknown }} Answer */

const SOCKET = 'control.sock';

/**
 * The socket's name by way of an open directory, since a socket's path may be 107 bytes long at most.
 * @param {string} dir
 */
function shortPath(dir) {
  const handle = openSync(dir, 'r');
  return { path: `/proc/self/fd/${handle}/${SOCKET}`, close: () => closeSync(handle) };
}

/**
 * Serves the commands of a supervisor: one JSON line in, JSON lines out, the last with `done`.
 * @param {string} dir
 * @param {(request: Request, tell: (answer: Answer) => void) => Promise<Answer>} handle
 */
export async function serveControl(dir, handle) {
  rmSync(join(dir, SOCKET), { force: true });
  const server = createServer((socket) => {
    const tell = (/** @type {Answer} */ answer) => void (socket.writable && socket.write(`${JSON.stringify(answer)}\n`));
    socket.on('error', () => undefined);
    createInterface({ input: socket }).once('line', (line) => {
      void handle(JSON.parse(line), tell)
        .catch((error) => ({ ok: false, error: error instanceof Error ? error.message : String(error) }))
        .then((answer) => socket.end(`${JSON.stringify({ ok: true, ...answer, done: true })}\n`));
    });
  });
  // The directory stays open as long as the server, which removes the socket by this name.
  const { path } = shortPath(dir);
  await new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(path, () => done(undefined));
  });
  return server;
}

/**
 * Asks the supervisor of a profile.
 * @param {string} dir
 * @param {Request} request
 * @param {(answer: Answer) => void} [onEvent]
 * @returns {Promise<Answer | undefined>} undefined when no supervisor runs
 */
export function ask(dir, request, onEvent = () => undefined) {
  if (!existsSync(join(dir, SOCKET))) return Promise.resolve(undefined);
  const { path, close } = shortPath(dir);
  return new Promise((resolve) => {
    /** @type {Answer | undefined} */
    let last;
    const socket = connect(path, () => socket.write(`${JSON.stringify(request)}\n`));
    socket.once('error', () => undefined);
    socket.once('close', () => {
      close();
      resolve(last);
    });
    createInterface({ input: socket })
      .on('line', (line) => {
        const answer = JSON.parse(line);
        if (answer.done) last = answer;
        else onEvent(answer);
      })
      .on('error', () => undefined);
  });
}
