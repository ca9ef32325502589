/** How the names of nodes are looked up: by main, for all threads that call nodes. */
import type { Settings } from '../config/schema.ts';
import { namesOf } from '../config/sockets.ts';
import { NameWatch } from '../node/name-watch.ts';
import type { Log } from '../observe/log-port.ts';
import type { Resolution } from '../protocol/resolution.ts';

/** Until the process ends. */
export function watchNames(
  { nodes }: Settings,
  log: Log,
  tell: (resolution: Resolution) => void,
): void {
  const known = new Set<string>();
  const failing = new Set<string>();
  new NameWatch(namesOf(nodes), (resolution) => {
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
