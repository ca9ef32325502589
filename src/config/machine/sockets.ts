/** What Node's own sockets and look-ups are told before the first is made: by settings, for the process. */
import { isIP, setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import type { Settings } from '../schema.ts';

/** Look-ups that may hang besides those of nodes: notices, heartbeats, errors, logs, the start gate. */
const OTHER_LOOKUPS = 8;
/** However little time connecting to a node has. */
const ATTEMPT_MS_MIN = 1000;

type Given = Pick<Settings, 'nodes' | 'connectTimeoutMs'>;

export function prepareSockets({ nodes, connectTimeoutMs }: Given): void {
  makeRoomForLookups(namesOf(nodes).length + OTHER_LOOKUPS);
  // Node's own 250 ms are less than the round trip of some roads. Half of the time leaves as much for
  // the next address. Node keeps this for each thread; `Threads` hands it on.
  const attemptMs = Math.max(ATTEMPT_MS_MIN, Math.floor(connectTimeoutMs / 2));
  setDefaultAutoSelectFamilyAttemptTimeout(attemptMs);
}

/** The names that nodes are known by, each once; not their addresses. */
export function namesOf(nodes: Given['nodes']): readonly string[] {
  const remote = nodes.filter(({ socket }) => socket === undefined);
  return [...new Set(remote.map(({ url }) => new URL(url).hostname))].filter(
    (host) => !host.startsWith('[') && isIP(host) === 0,
  );
}

/**
 * A look-up holds a thread of libuv's pool for as long as the name server is silent, and libuv gives
 * look-ups only half of the pool: of four threads, unless more are asked for before the first is used.
 * With a place for each name, one that hangs holds up no other.
 */
function makeRoomForLookups(places: number): void {
  process.env['UV_THREADPOOL_SIZE'] ??= String(2 * places);
}
