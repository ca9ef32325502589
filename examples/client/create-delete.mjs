// Creates a record on every node, and deletes it again: node create-delete.mjs KEY
import { isError } from 'lockstep-client';
import { connect } from './connect.mjs';

const [key = 'example'] = process.argv.slice(2);
const client = await connect();
try {
  for (const answer of [await client.create(key), await client.delete(key)]) {
    if (isError(answer)) {
      // Nothing was journaled, or the daemon is stopping: `hint` says what to do.
      const { code, message, hint } = answer.error;
      console.error(`${code}: ${message}. ${hint}`);
      process.exitCode = 1;
    } else if (answer.state === 'committed') {
      console.log(`${answer.op} ${key}: on all nodes, in ${answer.elapsedMs} ms`);
    } else {
      // `refused` or `rolled_back`: every node is as it was before.
      console.log(`${answer.op} ${key}: on no node (${answer.reason})`);
      process.exitCode = 1;
    }
  }
} finally {
  client.close();
}
