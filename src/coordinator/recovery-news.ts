/** What the log, and main for the notices, hear of what an earlier life has left. */
import type { Log } from '../observe/log-port.ts';
import { missingNodes } from './missing-nodes.ts';
import type { OpenCommand } from './open-command.ts';

/** Told from here on: less is what clocks do. */
const CLOCK_LAG_TOLD_MS = 60_000;

/** Open commands need nodes that are not configured any more: how many, by node. */
export interface MissingNews {
  readonly kind: 'missing_nodes';
  readonly counts: Readonly<Record<string, number>>;
}

export interface Left {
  /** All open commands that were taken up. */
  readonly commands: readonly OpenCommand[];
  /** How far the clock is behind the latest time in the journal. */
  readonly lagMs: number;
  /** Those that are configured now. */
  readonly nodeNames: readonly string[];
}

export function sayLeft({ commands, lagMs, nodeNames }: Left, hearers: Hearers): void {
  const { log } = hearers;
  if (lagMs > CLOCK_LAG_TOLD_MS) {
    log.warn('the clock was set back: the latest command is dated ahead of it', {
      seconds: Math.round(lagMs / 1000),
      hint: 'Nothing is lost. Check the clock; see "The clock" in docs/operations.md.',
    });
  }
  if (commands.length > 0) log.info('taking up open commands', { count: commands.length });
  const held = commands.filter(({ stage }) => stage === 'restored').length;
  if (held > 0) {
    log.warn('commands are held: lockstep restore --resume or --abandon', { count: held });
  }
  const parked = commands.filter(({ stage }) => stage === 'parked').length;
  if (parked > 0) {
    log.warn('commands are parked: lockstep list --parked', { count: parked });
  }
  sayMissing(missingNodes(commands, nodeNames), hearers);
}

interface Hearers {
  readonly log: Log;
  readonly tell: (news: MissingNews) => void;
}

/** Whoever took a node out has to hear what that leaves undone. */
function sayMissing(counts: MissingNews['counts'], { log, tell }: Hearers): void {
  const names = Object.keys(counts);
  if (names.length === 0) return;
  log.warn('open commands need nodes that are not configured any more: they keep their keys', {
    nodes: names.map((name) => `${name}: ${counts[name]}`).join(', '),
    hint: 'name the node again, or end them: lockstep list --open --node NAME, lockstep abandon ID',
  });
  tell({ kind: 'missing_nodes', counts });
}
