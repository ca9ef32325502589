/** How long commands may wait after a daemon was killed. */

import { durationText } from '../../base/time/duration-text.ts';
import { isLocal, ORPHAN_RETRIES, readOutlivingMs } from '../../config/machine/outliving.ts';
import type { Settings } from '../../config/schema.ts';
import { type Finding, ok, warn } from './finding.ts';

const LONG_MS = 10_000;

/** @param ms for which this kernel may continue to send */
export function checkOutliving({ nodes }: Settings, ms = readOutlivingMs()): readonly Finding[] {
  if (nodes.every(isLocal)) return [];
  const check = 'kill -9';
  const detail = `after a kill, the kernel may continue to send to unreachable nodes for ${durationText(ms)}; opposing commands wait that long`;
  if (ms <= LONG_MS) return [ok(check, detail)];
  return [warn(check, detail, `Set ${ORPHAN_RETRIES}=2: sysctl -w, or sysctls of the container.`)];
}
