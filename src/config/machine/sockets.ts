/**
 * Settings of the process's sockets and look-ups, before the first is opened.
 */
import { isIP, setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import type { NodeAccess } from '../../node/access/access.ts';
import type { NodeLimits } from '../../node/access/limits.ts';

/**
 * Look-ups that may hang, besides those of nodes: notices, heartbeats, errors, logs, the start
 * gate.
 */
const OTHER_LOOKUPS = 8;
/** At least this, however short the time to connect to a node is. */
const ATTEMPT_MS_MIN = 1000;

type Place = Pick<NodeAccess, 'url' | 'socket'>;

interface Given extends Place {
  readonly limits: Pick<NodeLimits, 'connectTimeoutMs'>;
}

export function prepareSockets({ nodes }: { readonly nodes: readonly Given[] }): void {
  const connectTimeoutMs = Math.max(...nodes.map(({ limits }) => limits.connectTimeoutMs));
  makeRoomForLookups(namesOf(nodes).length + OTHER_LOOKUPS);
  // Node's own 250 ms are shorter than the round trip of some networks. Half of the time leaves as
  // much for the next address. Node keeps this for each thread; `Threads` passes it on.
  const attemptMs = Math.max(ATTEMPT_MS_MIN, Math.floor(connectTimeoutMs / 2));
  setDefaultAutoSelectFamilyAttemptTimeout(attemptMs);
}

/** The names of the nodes, each once; not their addresses. */
export function namesOf(nodes: readonly Place[]): readonly string[] {
  const remote = nodes.filter(({ socket }) => socket === undefined);
  return [...new Set(remote.map(({ url }) => new URL(url).hostname))].filter(
    (host) => !host.startsWith('[') && isIP(host) === 0,
  );
}

/**
 * A look-up occupies a thread of libuv's pool while the name server is silent, and libuv gives
 * look-ups only half of the pool: of four threads, unless more are set before the first is used.
 * With one thread for each name, a hanging look-up delays no other.
 */
function makeRoomForLookups(names: number): void {
  process.env['UV_THREADPOOL_SIZE'] ??= String(2 * names);
}
