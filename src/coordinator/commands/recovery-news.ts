/** Logs the work that an earlier life left, and sends it to main for the notices. */
import type { Log } from '../../observe/log/log-port.ts';
import type { RaisedNotice } from '../../observe/notify/notice-kinds.ts';
import { missingNodes } from '../nodes/missing-nodes.ts';
import type { Retirements } from '../nodes/retirements.ts';
import type { OpenCommand } from '../queue/open-command.ts';

/** Logged from here on: smaller corrections of a clock are normal. */
const CLOCK_LAG_WARN_MS = 60_000;

export interface Left {
  /** All open commands that were taken up. */
  readonly commands: readonly OpenCommand[];
  /** How far the clock is behind the latest time in the journal. */
  readonly lagMs: number;
  /** The configured nodes. */
  readonly nodeNames: readonly string[];
  readonly retirements: Pick<Retirements, 'of'>;
}

export function logLeft({ commands, lagMs, nodeNames, retirements }: Left, outlets: Outlets): void {
  const { log } = outlets;
  if (lagMs > CLOCK_LAG_WARN_MS) {
    log.warn('the clock was set back: the latest command has a later date', {
      seconds: Math.round(lagMs / 1000),
      hint: 'Nothing is lost. Check the clock; see "The clock" in docs/operate/run.md.',
    });
  }
  if (commands.length > 0) log.info('resuming open commands', { count: commands.length });
  const held = commands.filter(({ stage }) => stage === 'restored').length;
  if (held > 0) {
    log.warn(
      'commands of a restored journal are held: run lockstep restore --resume or --abandon',
      { count: held },
    );
  }
  const parked = commands.filter(({ stage }) => stage === 'parked').length;
  if (parked > 0) {
    log.warn('commands are parked: lockstep list --parked', { count: parked });
  }
  logMissing(missingNodes(commands, nodeNames, retirements), outlets);
}

interface Outlets {
  readonly log: Log;
  readonly notify: (notice: RaisedNotice) => void;
}

/** The operator who removed a node must see the commands that cannot end without it. */
function logMissing(counts: Readonly<Record<string, number>>, { log, notify }: Outlets): void {
  const names = Object.keys(counts);
  if (names.length === 0) return;
  log.warn('open commands need nodes that are no longer configured: their keys stay locked', {
    nodes: names.map((name) => `${name}: ${counts[name]}`).join(', '),
    hint:
      'name the node again, or have them go on without it: lockstep list --open --node NAME, ' +
      'lockstep node retire NAME',
  });
  notify({ kind: 'missing_nodes', counts });
}
