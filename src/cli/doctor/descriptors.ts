/** Whether a daemon started in this place may open as many files and sockets as it needs. */
import {
  descriptorLimit,
  fitDescriptors,
  MORE_DESCRIPTORS,
  tooFewDescriptors,
} from '../../config/machine/descriptors.ts';
import type { Settings } from '../../config/schema.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const CHECK = 'open files';

export function checkDescriptors(
  settings: Settings,
  limit = descriptorLimit(),
): readonly Finding[] {
  if (limit === undefined) return [ok(CHECK, 'this system reports no limit of open files')];
  const fit = fitDescriptors(settings, limit);
  switch (fit.kind) {
    case 'enough':
      return [ok(CHECK, `the limit is ${limit}, the daemon needs at most ${fit.needed}`)];
    case 'fewer': {
      const { connectionsPerNode, needed } = fit;
      const kept = `the daemon runs at most ${connectionsPerNode} calls with a node at once (connectionsPerNode)`;
      const detail = `the limit is ${limit}, the daemon needs ${needed}: ${kept}`;
      return [warn(CHECK, detail, MORE_DESCRIPTORS)];
    }
    case 'too few': {
      const { source, message } = tooFewDescriptors(limit, fit.least);
      return [fail(CHECK, `${source} ${message}`, MORE_DESCRIPTORS)];
    }
  }
}
