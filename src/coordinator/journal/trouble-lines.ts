/**
 * Logs troubles with the journal that the daemon works on with, and counts those of one kind: an operator whose acts
 * cannot be noted may send them without end (P9, P10).
 */
import { Seldom } from '../../base/seldom.ts';
import type { Log } from '../../observe/log/log-port.ts';
import type { CoordinatorPorts } from '../ports.ts';

export function troubleLines(log: Pick<Log, 'warn'>): CoordinatorPorts['onTrouble'] {
  // The kinds are texts of the program, some with the name of a node or a lane.
  const kinds = new Map<string, Seldom>();
  return (what, { message, hint }) => {
    const lines = kinds.get(what) ?? new Seldom();
    kinds.set(what, lines);
    const count = lines.take();
    if (count > 0) log.warn(what, { error: message, hint, count });
  };
}
