/** The limits of one run of the daemon: descriptors, memory, and time. */
import {
  descriptorLimit,
  fitDescriptors,
  MORE_DESCRIPTORS,
  tooFewDescriptors,
} from '../config/machine/descriptors.ts';
import type { Problem } from '../config/problem.ts';
import type { Settings } from '../config/schema.ts';
import { MemoryGuard } from '../lifecycle/guards/memory.ts';
import { scheduleRestart } from '../lifecycle/guards/scheduled-restart.ts';
import type { Log } from '../observe/log/log-port.ts';

export function limitRun(
  { memoryLimitBytes, restartAfterHours }: Settings,
  log: Log,
  restart: (why: string) => void,
): void {
  new MemoryGuard({ limitBytes: memoryLimitBytes, log }).watch();
  scheduleRestart({ afterHours: restartAfterHours, onDue: restart });
}

export interface Fitted {
  readonly settings: Settings;
  /** A line for the log; undefined: none. */
  readonly shortage?: Readonly<Record<string, string | number>>;
}

/** Chooses as many connections as the process may open; a problem if there are too few for any. */
export function fitToDescriptors(settings: Settings): Fitted | { readonly problem: Problem } {
  const limit = descriptorLimit();
  if (limit === undefined) return { settings };
  const fit = fitDescriptors(settings, limit);
  if (fit.kind === 'too few') return { problem: tooFewDescriptors(limit, fit.least) };
  if (fit.kind === 'enough') return { settings };
  const { connectionsPerNode, needed } = fit;
  const set = Math.max(...settings.nodes.map(({ limits }) => limits.connectionsPerNode));
  const shortage = { openFilesMax: limit, needed, set, connectionsPerNode, hint: MORE_DESCRIPTORS };
  const nodes = settings.nodes.map(({ limits, ...node }) => {
    const fewer = Math.min(limits.connectionsPerNode, connectionsPerNode);
    return { ...node, limits: { ...limits, connectionsPerNode: fewer } };
  });
  return { settings: { ...settings, nodes }, shortage };
}
