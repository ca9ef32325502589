/**
 * Waits at the start until an address answers: a port accepts a connection (`tcp://HOST:PORT`), or
 * a URL answers 2xx. One try at a time, each with a time limit, and a limit for all of them (P9). A
 * stop of the daemon does not wait for it.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '../../base/error-fields.ts';
import { shownUrl } from '../../base/shown-url.ts';
import type { Log } from '../../observe/log/log-port.ts';
import type { Failure } from '../control.ts';

const TRY_MS = 2000;
const PAUSE_MS = 500;
/** Between two log lines. */
const LOG_EVERY_MS = 10_000;

export interface StartGateOptions {
  readonly address: string;
  readonly timeoutMs: number;
  readonly log: Log;
  /** The daemon is stopping: the wait ends. */
  readonly stop: AbortSignal;
}

/**
 * The reason why the gate did not open in time; undefined if it is open, or if the daemon is
 * stopping.
 */
export async function passStartGate(options: StartGateOptions): Promise<Failure | undefined> {
  const { address, timeoutMs, log, stop } = options;
  const shown = shownUrl(address);
  const begun = performance.now();
  const waitedMs = () => Math.round(performance.now() - begun);
  let loggedAt = -Infinity;
  while (!stop.aborted) {
    const why = await knock(address, AbortSignal.any([stop, AbortSignal.timeout(TRY_MS)]));
    if (why === undefined) {
      log.info(`${shown} answers`, { waitedMs: waitedMs() });
      return undefined;
    }
    if (waitedMs() >= timeoutMs) return failure(options, why);
    if (waitedMs() - loggedAt >= LOG_EVERY_MS && !stop.aborted) {
      loggedAt = waitedMs();
      log.info(`waiting for ${shown} before any work begins`, { why, waitedMs: loggedAt });
    }
    await sleep(Math.min(PAUSE_MS, timeoutMs), undefined, { signal: stop }).catch(() => undefined);
  }
  return undefined;
}

/** The reason why there is no answer; undefined if there is one. */
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

/** fetch reports "fetch failed"; its cause names the failure. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  return codeOf(cause) ?? cause.message;
}

function failure({ address, timeoutMs }: StartGateOptions, why: string): Failure {
  return {
    message: `${shownUrl(address)} did not answer within ${timeoutMs} ms: ${why}`,
    hint: 'Start it, or correct LOCKSTEP_START_GATE; the supervisor tries again.',
  };
}
