/**
 * Opens the journal in FILE and commits COUNT commands, one by one, and prints each when its commit
 * has resolved; then holds the journal until it is killed. A failure is printed with its code.
 *
 * node write-on.ts FILE COUNT
 */
import { JournalError } from '../../../src/journal/errors.ts';
import type { Journal } from '../../../src/journal/port.ts';
import { openSqliteJournal } from '../../../src/journal/sqlite/open/open.ts';
import { batch, begun } from '../support/writes.ts';

const [file = '', count = '0'] = process.argv.slice(2);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function told(error: unknown): string {
  return error instanceof JournalError ? error.code : String(error);
}

async function writeOn(journal: Journal): Promise<void> {
  for (let seq = 1; seq <= Number(count); seq += 1) {
    // Long keys, so that the file grows fast.
    const command = begun(seq, { groupId: `${seq}-${'x'.repeat(250)}` });
    await journal.commit(batch({ accept: [command] })).then(
      () => say(`committed ${seq}`),
      (error: unknown) => say(`failed ${told(error)}`),
    );
  }
}

try {
  const journal = openSqliteJournal(file);
  say('open');
  await writeOn(journal);
  say(`holds ${(await journal.head()).openCount}`);
  // Kept referenced here: an unreachable journal is garbage, and its lock with it.
  process.stdin.resume().once('end', () => void journal.close());
} catch (error) {
  say(`refused ${told(error)}`);
}
