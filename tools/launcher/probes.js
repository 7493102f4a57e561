import { connect } from 'node:net';

/** How long one probe may take, in ms. */
const PROBE_MS = 1_000;

/**
 * Whether a TCP connection succeeds and, when asked for, the server speaks first as MySQL does.
 * @param {number} port
 * @param {{ greeting?: boolean, send?: string, expect?: RegExp }} [options]
 * @returns {Promise<boolean>}
 */
export const tcpAnswers = (port, { greeting = false, send, expect } = {}) =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    const end = (/** @type {boolean} */ answer) => {
      socket.destroy();
      done(answer);
    };
    socket.setTimeout(PROBE_MS, () => end(false));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
    socket.once('connect', () => {
      if (send) socket.write(send);
      if (!greeting && !expect) end(true);
    });
    socket.once('data', (data) => end(expect ? expect.test(data.toString('latin1')) : true));
  });

/**
 * Whether a URL answers with a status that is accepted.
 * @param {string} url
 * @param {(response: Response) => boolean | Promise<boolean>} [accept]
 */
export async function httpAnswers(url, accept = (response) => response.ok) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_MS) });
    return await accept(response);
  } catch {
    return false;
  }
}
