/** Sends one request to the node at argv[2], prints the result, and has nothing more to do. */
import { clientOf } from '../support/client.ts';

const client = clientOf(process.argv[2] ?? '');
client.exchange({ kind: 'read' }, { groupId: '5' }, ({ kind }) => console.log(kind));
