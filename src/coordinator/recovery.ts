/**
 * What an earlier life has left: its open commands, each on its key before any
 * new one, and the requests of settled ones that may still land (P4.5).
 */
import { inheritedUntil } from '../core/loose.ts';
import type { Inherited, Loose } from '../core/model.ts';
import { parseToken } from '../core/token.ts';
import type { Journal } from '../journal/port.ts';
import type { Commands } from './commands.ts';
import type { Counters } from './numbering.ts';

const PAGE = 5000;

export async function loadCounters(journal: Journal): Promise<Counters> {
  const { lastSeq, lastToken } = await journal.head();
  return { lastSeq, lastToken: lastToken === undefined ? 0 : parseToken(lastToken) };
}

/** @returns how many open commands were taken up */
export async function recover(commands: Commands, journal: Journal): Promise<number> {
  await recoverLoose(commands, journal);
  let count = 0;
  for (let after = 0; ; ) {
    const page = await journal.load(after, PAGE);
    for (const { command, entries } of page) {
      commands.resume(command, entries);
      after = command.seq;
    }
    count += page.length;
    if (page.length < PAGE) return count;
    await turnOfLoop();
  }
}

/** Their recorded times belong to another life's clock; all count from this start. */
async function recoverLoose(commands: Commands, journal: Journal): Promise<void> {
  for (let after = 0; ; ) {
    const page = await journal.loadLoose(after, PAGE);
    for (const { seq, groupId, loose } of page) {
      commands.keys.addLoose(seq, groupId, restarted(loose, commands.inherited));
      after = seq;
    }
    if (page.length < PAGE) return;
    await turnOfLoop();
  }
}

/** However much there is to take up, the thread goes on hearing main (P8). */
function turnOfLoop(): Promise<void> {
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
