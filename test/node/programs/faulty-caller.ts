/** Sends one request to the node at argv[2]; the receiver of the answer has a bug. */
import { clientOf } from '../support/client.ts';

const client = clientOf(process.argv[2] ?? '');

process.on('uncaughtExceptionMonitor', (error) => {
  console.log(`uncaught: ${error.message}`);
});
client.exchange({ kind: 'read' }, { groupId: '5' }, ({ kind }) => {
  throw new Error(`a bug, told ${kind}`);
});
