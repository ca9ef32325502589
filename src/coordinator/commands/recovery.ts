/**
 * Takes up the work of an earlier life: its open commands, each at its key before any new one, and the requests
 * of settled commands that may still land (P4.5).
 */
import { inheritedUntil } from '../../core/loose.ts';
import type { Inherited, Loose } from '../../core/model.ts';
import { parseToken } from '../../core/token.ts';
import { JournalError } from '../../journal/errors.ts';
import type { Journal } from '../../journal/port.ts';
import type { Commands } from './commands.ts';
import type { Counters } from './numbering.ts';

const PAGE = 5000;

export async function loadCounters(journal: Journal): Promise<Counters> {
  const { lastSeq, lastToken, lived } = await journal.head();
  return { lastSeq, lastToken: lastToken === undefined ? 0 : parseToken(lastToken), lived };
}

/**
 * How far the clock of this life is behind the date of the latest command, ms; below 0: ahead of it.
 * For people only: no decision depends on it.
 */
export async function clockLag(journal: Journal, now: number): Promise<number> {
  try {
    const [latest] = (await journal.list({}, undefined, 1)).commands;
    return latest === undefined ? 0 : latest.command.acceptedAt - now;
  } catch (error) {
    // The journal has reported the row.
    if (error instanceof JournalError && error.code === 'damaged') return 0;
    throw error;
  }
}

/** @returns how many open commands were taken up */
export async function recover(commands: Commands, journal: Journal): Promise<number> {
  const { probation } = commands;
  await probation.park();
  await recoverLoose(commands, journal);
  let count = 0;
  for (let after = 0; ; ) {
    const page = await journal.load(after, PAGE);
    for (const stored of page) {
      await probation.look(stored);
      commands.resume(stored);
      after = stored.command.seq;
    }
    count += page.length;
    if (page.length < PAGE) break;
    await nextLoopTurn();
  }
  await probation.recovered();
  return count;
}

/** Their times are of another life's clock; all count from this start. */
async function recoverLoose(commands: Commands, journal: Journal): Promise<void> {
  const { fold } = commands;
  for (let after = 0; ; ) {
    const page = await journal.loadLoose(after, PAGE);
    for (const { seq, groupId, loose } of page) {
      // Settled before the nodes' keys were folded, perhaps: its requests oppose those of the folded key (P4.4).
      commands.keys.addLoose(seq, fold(groupId), restarted(loose, commands.inherited));
      after = seq;
    }
    if (page.length < PAGE) return;
    await nextLoopTurn();
  }
}

/** Lets the thread receive messages of main, however long the recovery takes (P8). */
function nextLoopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function restarted(
  loose: Readonly<Record<string, readonly Loose[]>>,
  inherited: Inherited,
): Record<string, readonly Loose[]> {
  const entries = Object.entries(loose).map(([node, all]) => {
    const until = inheritedUntil(inherited, node);
    return [node, all.map((one) => ({ ...one, until }))] as const;
  });
  return Object.fromEntries(entries);
}
