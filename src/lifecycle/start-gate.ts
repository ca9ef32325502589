/**
 * Waits at the start until an address answers: a port takes a connection (`tcp://HOST:PORT`), a URL
 * answers 2xx. One try at a time, each with a time limit, all of them with another (P9); whoever
 * stops the daemon meanwhile does not wait for it.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../observe/log/log-port.ts';
import type { Failure } from './control.ts';

const TRY_MS = 2000;
const PAUSE_MS = 500;
/** Between two lines in the log. */
const LOG_EVERY_MS = 10_000;

export interface StartGateOptions {
  readonly address: string;
  readonly timeoutMs: number;
  readonly log: Log;
  /** The daemon is to stop: nobody waits any more. */
  readonly stop: AbortSignal;
}

/** Why it did not open in time; undefined if it is open, or if nobody waits any more. */
export async function passStartGate(options: StartGateOptions): Promise<Failure | undefined> {
  const { address, timeoutMs, log, stop } = options;
  const begun = performance.now();
  const waitedMs = () => Math.round(performance.now() - begun);
  let loggedAt = -Infinity;
  while (!stop.aborted) {
    const why = await knock(address, AbortSignal.any([stop, AbortSignal.timeout(TRY_MS)]));
    if (why === undefined) {
      log.info(`${address} answers`, { waitedMs: waitedMs() });
      return undefined;
    }
    if (waitedMs() >= timeoutMs) return failure(options, why);
    if (waitedMs() - loggedAt >= LOG_EVERY_MS && !stop.aborted) {
      loggedAt = waitedMs();
      log.info(`waiting for ${address} before any work begins`, { why, waitedMs: loggedAt });
    }
    await sleep(Math.min(PAUSE_MS, timeoutMs), undefined, { signal: stop }).catch(() => undefined);
  }
  return undefined;
}

/** Why nobody answers; undefined if somebody does. */
async function knock(address: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    if (!address.startsWith('tcp:')) return await askUrl(address, signal);
    const { hostname, port } = new URL(address);
    const socket = connect({ host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) });
    try {
      await once(socket, 'connect', { signal });
    } finally {
      socket.destroy();
    }
    return undefined;
  } catch (error) {
    return signal.aborted ? `no answer in ${TRY_MS} ms` : reasonOf(error);
  }
}

async function askUrl(url: string, signal: AbortSignal): Promise<string | undefined> {
  const response = await fetch(url, { signal, redirect: 'manual' });
  await response.body?.cancel();
  return response.ok ? undefined : `it answers ${response.status}`;
}

/** fetch says "fetch failed"; what failed is its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  return (cause as NodeJS.ErrnoException).code ?? cause.message;
}

function failure({ address, timeoutMs }: StartGateOptions, why: string): Failure {
  return {
    message: `${address} did not answer within ${timeoutMs} ms: ${why}`,
    hint: 'Start it, or correct LOCKSTEP_START_GATE; the supervisor tries again.',
  };
}
