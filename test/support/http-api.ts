/** A client of the API over HTTP, for tests: it shows each answer as it came. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Daemon } from './daemon.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, without `at`. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Sending {
  readonly method?: string;
  /** JSON, or a text as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export type Send = (path: string, sending?: Sending) => Promise<HttpAnswer>;

/** The token in the data folder. */
export function tokenOf({ dataDir }: Pick<Daemon, 'dataDir'>): string {
  return readFileSync(join(dataDir, 'ops-token'), 'utf8').trim();
}

/** @param token by default the one in the data folder */
export function httpApi(daemon: Pick<Daemon, 'opsUrl' | 'dataDir'>, token?: string): Send {
  return async (
    path,
    { body, method = body === undefined ? 'GET' : 'POST', headers, signal } = {},
  ) => {
    const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    const answer = await fetch(`${daemon.opsUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token ?? tokenOf(daemon)}`,
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(text === undefined ? {} : { body: text }),
      ...(signal === undefined ? {} : { signal }),
    });
    const { at: _at, ...rest } = (await answer.json()) as Record<string, unknown>;
    return { status: answer.status, headers: answer.headers, body: rest };
  };
}

/** Status code and body. */
export async function shown(answer: Promise<HttpAnswer>): Promise<readonly [number, unknown]> {
  const { status, body } = await answer;
  return [status, body];
}
