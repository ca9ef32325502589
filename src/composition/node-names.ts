/** Main looks up the host names of nodes, for all threads that call nodes. */

import { namesOf } from '../config/machine/sockets.ts';
import type { Settings } from '../config/schema.ts';
import { NameWatch } from '../node/name-watch.ts';
import type { Log } from '../observe/log/log-port.ts';
import type { Resolution } from '../protocol/resolution.ts';

/** Until the process ends. */
export function watchNames(
  { nodes }: Settings,
  log: Log,
  send: (resolution: Resolution) => void,
): void {
  const known = new Set<string>();
  const failing = new Set<string>();
  new NameWatch(namesOf(nodes), (resolution) => {
    const { host } = resolution;
    send(resolution);
    if ('failure' in resolution) {
      failing.add(host);
      const reason = resolution.failure.detail;
      const effect = known.has(host)
        ? 'the last known addresses are used'
        : 'calls to this node fail';
      return log.warn('the name of a node does not resolve', { host, reason, effect });
    }
    const addresses = resolution.addresses.map(({ address }) => address).join(',');
    if (failing.delete(host) || known.has(host)) {
      log.info('the name of a node resolves again', { host, addresses });
    }
    known.add(host);
  }).start();
}
