/** Connects to the daemon that a call is for. */
import { ClientError, LockstepClient } from '../client/index.ts';
import { type TargetArguments, targetOf } from './context/target.ts';
import { durationMs } from './input/duration.ts';
import { nameFault } from './input/endpoint.ts';
import { whileWaiting } from './output/progress.ts';
import type { Terminal } from './output/terminal.ts';

const TIMEOUT_MS = 3000;

export interface DaemonArguments extends TargetArguments {
  readonly timeout: string | undefined;
  readonly inFlightMax?: number;
}

/** Runs a function with a daemon that has answered a ping, and closes the connection. */
export async function withDaemon<T>(
  args: DaemonArguments,
  terminal: Terminal,
  work: (client: LockstepClient) => Promise<T>,
): Promise<T> {
  const place = { env: process.env, cwd: process.cwd() };
  const { endpoint, eventsEndpoint, identity } = await targetOf(args, place);
  const connecting = LockstepClient.connect({
    endpoint,
    timeoutMs: args.timeout === undefined ? TIMEOUT_MS : durationMs('timeout', args.timeout),
    ...identity,
    ...(eventsEndpoint === undefined ? {} : { eventsEndpoint }),
    ...(args.inFlightMax === undefined ? {} : { inFlightMax: args.inFlightMax }),
  }).catch(async (error: unknown) => {
    const isAway = error instanceof ClientError && error.code === 'unreachable';
    const message = isAway ? await nameFault(endpoint) : undefined;
    throw message === undefined ? error : new ClientError('unreachable', { message, endpoint });
  });
  const client = await whileWaiting(terminal, `looking for the daemon at ${endpoint}`, connecting);
  try {
    return await work(client);
  } finally {
    client.close();
  }
}
