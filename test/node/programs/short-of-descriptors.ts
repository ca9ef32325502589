/**
 * Asks a node, with every descriptor of the process in use, and then with one of them free again;
 * prints each answer with what it says of the node.
 *
 * Arguments: the node's URL. To be run below a small hard limit of open files.
 */
import { closeSync, openSync } from 'node:fs';
import { clientOf } from '../support/client.ts';

const client = clientOf(process.argv[2] ?? '');
// What is loaded or made at the first use is there before the descriptors are gone.
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
