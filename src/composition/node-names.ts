/** How the names of nodes are looked up: by main, for all threads that call nodes. */
import type { Settings } from '../config/schema.ts';
import { NameWatch, namesAmong } from '../node/name-watch.ts';
import type { Log } from '../observe/log-port.ts';
import type { Resolution } from '../protocol/resolution.ts';

/** Look-ups that may hang besides those of nodes: notices, heartbeats, errors, logs, the start gate. */
const OTHER_LOOKUPS = 8;

/**
 * A look-up holds a thread of libuv's pool for as long as the name server is silent, and libuv gives
 * them only half of the pool: four threads, unless they are asked for before the first is used. With
 * one place for each name, a name that hangs holds up no other.
 */
export function makeRoomForLookups(settings: Settings): void {
  const places = namesAmong(hostsOf(settings)).length + OTHER_LOOKUPS;
  process.env['UV_THREADPOOL_SIZE'] ??= String(2 * places);
}

/** Until the process ends. */
export function watchNames(
  settings: Settings,
  log: Log,
  tell: (resolution: Resolution) => void,
): void {
  const known = new Set<string>();
  const failing = new Set<string>();
  new NameWatch(hostsOf(settings), (resolution) => {
    const { host } = resolution;
    tell(resolution);
    if ('failure' in resolution) {
      failing.add(host);
      const reason = resolution.failure.said;
      const effect = known.has(host)
        ? 'the addresses known before are used'
        : 'no call is possible';
      return log.warn('the name of a node cannot be looked up', { host, reason, effect });
    }
    const addresses = resolution.addresses.map(({ address }) => address).join(',');
    if (failing.delete(host) || known.has(host)) {
      log.info('the name of a node is known', { host, addresses });
    }
    known.add(host);
  }).start();
}

function hostsOf({ nodes }: Settings): readonly string[] {
  return nodes.map(({ url }) => new URL(url).hostname.replace(/^\[|\]$/g, ''));
}
