/**
 * Heartbeats to Cronitor: `run` at the start, `ok` or `fail` with figures every minute, `fail` with
 * the reason when the daemon dies, `complete` at an intended stop. So silence means that the
 * process or its machine is gone.
 *
 * While the daemon works it waits for no ping; one at a time is under way, and each ends after
 * `PING_MS` (P9). The package prints a failed request with its Authorization header. So its `axios`
 * is wrapped and never rejects, and a failure is logged by its code alone. The package's `Event`
 * holds a timer that keeps the process alive; it is not used.
 */
import type { Log } from './log/log-port.ts';

const PING_MS = 5000;
const MESSAGE_CHARS_MAX = 1000;

export interface Vitals {
  readonly threads: number;
  readonly missing: readonly string[];
  /** Since the start. */
  readonly commands: number;
  readonly errors: number;
  /** Now. */
  readonly stuck: number;
}

export interface CronitorOptions {
  readonly apiKey: string;
  readonly monitor: string;
  readonly url: string;
  readonly intervalMs: number;
  readonly deviceName: string;
  readonly vitals: () => Vitals;
  readonly log: Log;
}

export interface Heartbeat {
  /** Bound of the wait for the last ping. */
  end(how: { readonly failure?: string }, timeoutMs: number): Promise<void>;
}

interface Ping {
  readonly state: 'run' | 'ok' | 'fail' | 'complete';
  readonly message?: string;
  readonly metrics?: Readonly<Record<string, number>>;
}

export async function startHeartbeat(options: CronitorOptions): Promise<Heartbeat> {
  const send = await openMonitor(options);
  let underway: Promise<void> | undefined;
  const ping = async (what: Ping): Promise<void> => {
    underway = send(what);
    await underway;
    underway = undefined;
  };
  void ping({ state: 'run' });
  const timer = setInterval(() => {
    if (underway === undefined) void ping(vitalPing(options.vitals()));
  }, options.intervalMs).unref();
  return {
    end: async ({ failure }, timeoutMs) => {
      clearInterval(timer);
      const last: Ping =
        failure === undefined ? { state: 'complete' } : { state: 'fail', message: failure };
      const late = Promise.withResolvers<void>();
      const hangTimeouts = setTimeout(late.resolve, timeoutMs);
      await Promise.race([send(last), late.promise]);
      clearTimeout(hangTimeouts);
    },
  };
}

function vitalPing({ threads, missing, commands, errors, stuck }: Vitals): Ping {
  const counts = `threads ${threads}, missing ${missing.length}, commands ${commands}`;
  const message = `${counts}, errors ${errors}, stuck ${stuck}`;
  // Cronitor accepts these metrics only; the other figures are in the message.
  const metrics = { count: threads, error_count: missing.length };
  return missing.length === 0
    ? { state: 'ok', message, metrics }
    : { state: 'fail', message: `${message} (${missing.join(', ')})`, metrics };
}

async function openMonitor(options: CronitorOptions): Promise<(ping: Ping) => Promise<void>> {
  const { default: cronitor } = await import('cronitor');
  const { apiKey, url, monitor, deviceName, log } = options;
  const client = cronitor(apiKey, { timeout: PING_MS });
  const { _api: api } = client;
  api.pingUrl = (key) => `${url.replace(/\/+$/, '')}/ping/${apiKey}/${key}`;
  let failing = false;
  const axios = api.axios as { get: (url: string, options: object) => Promise<unknown> };
  const get = axios.get.bind(axios);
  axios.get = async (to, more) => {
    try {
      // No redirect: it would send the key to another host.
      const limits = {
        signal: AbortSignal.timeout(PING_MS),
        maxRedirects: 0,
        maxContentLength: 65_536,
      };
      const answer = await get(to, { ...more, ...limits });
      if (failing) log.info('Cronitor accepts heartbeats again');
      failing = false;
      return answer;
    } catch (error) {
      // Once for each outage, not every minute.
      if (!failing) log.warn('Cronitor did not accept a heartbeat', { reason: codeOf(error) });
      failing = true;
      return undefined;
    }
  };
  const target = new client.Monitor(monitor);
  return async ({ message, ...ping }) => {
    const text = message === undefined ? {} : { message: message.slice(0, MESSAGE_CHARS_MAX) };
    await target.ping({ ...ping, ...text, host: deviceName });
  };
}

/** Never the message: it may contain an address with the key. */
function codeOf(error: unknown): string {
  const { code, response } = error as { code?: string; response?: { status?: number } };
  return response?.status === undefined ? (code ?? 'unknown') : `HTTP ${response.status}`;
}
