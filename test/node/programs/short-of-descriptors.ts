/**
 * Sends a request while every descriptor of the process is in use, and another with one of them
 * free again; prints each answer with its health signal.
 *
 * Argument: the node's URL. Run it with a small hard limit of open files.
 */
import { closeSync, openSync } from 'node:fs';
import { clientOf } from '../support/client.ts';

const client = clientOf(process.argv[2] ?? '');
// Modules that load at the first use are loaded before the descriptors are used up.
await ask();
client.close();
const second = clientOf(process.argv[2] ?? '');
const used: number[] = [];
for (;;) {
  try {
    used.push(openSync('/dev/null', 'r'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EMFILE') break;
    throw error;
  }
}
const without = await ask(second);
for (const descriptor of used) closeSync(descriptor);
const after = await ask(second);
second.close();
process.stdout.write(`${without}\n${after}\n`);

async function ask(asked = client): Promise<string> {
  return new Promise((resolve) => {
    asked.exchange({ kind: 'read' }, { groupId: '5' }, ({ kind, detail: said }, health) =>
      resolve(`${health}: ${kind}: ${said}`),
    );
  });
}
