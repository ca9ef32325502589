/**
 * Opens the journal at URL with its data in FOLDER, takes every descriptor of the process, and takes each that becomes free within a millisecond,
 * as silent connections do. When a connection of the journal was lost, it makes a change, reads it, and prints its state.
 * Run it with a small limit of open files.
 *
 * node without-descriptors.ts URL FOLDER
 */
import { openSync } from 'node:fs';
import { openPostgres } from '../../../src/journal/postgres/open.ts';
import { batch, begun, settleAll } from '../support/writes.ts';

const [url = '', folder = ''] = process.argv.slice(2);

const journal = await openPostgres(url, { folder, member: 'test' });
await settleAll(journal, [begun(1)]);
// Both its connections are open.
await journal.find('id-1');
takeAll();
process.stdout.write('full\n');
await new Promise<void>((resolve) => {
  setInterval(() => {
    if (takeAll() > 0) resolve();
  }, 1);
});
await settleAll(journal, [begun(2)]);
process.stdout.write(`change ${(await journal.find('id-2'))?.state}\n`);
await journal.commit(batch({ accept: [begun(3)] }));
process.stdout.write('next change done\n');

/** Returns how many. */
function takeAll(): number {
  for (let taken = 0; ; taken++) {
    try {
      openSync('/dev/null', 'r');
    } catch {
      return taken;
    }
  }
}
