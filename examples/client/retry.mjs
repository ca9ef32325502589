// Executes a command once, whatever dies meanwhile: node retry.mjs ID KEY
//
// ID is yours: the number of an order, a row of your database. Store it before the first attempt. While it is the same,
// the daemon executes the command once and always gives its first outcome, also after a restart of this program.
import { setTimeout as sleep } from 'node:timers/promises';
import { isError, worthRetrying } from 'lockstep-client';
import { connect } from './connect.mjs';

const [id = 'order-17', key = 'example'] = process.argv.slice(2);
const PAUSE_MS = 1000;

// Also repeats the connection: the daemon may be down now.
async function attempt() {
  const client = await connect();
  try {
    // The client itself asks again after a lost connection, and with `persist` through a restart of the daemon.
    return await client.create(key, { id, persist: true, deadlineMs: 60_000 });
  } finally {
    client.close();
  }
}

async function outcome() {
  for (;;) {
    const answer = await attempt().catch((error) => error);
    if (!worthRetrying(answer)) {
      if (answer instanceof Error) throw answer;
      return answer;
    }
    console.error('no outcome yet; asking again by the same id');
    await sleep(PAUSE_MS);
  }
}

const answer = await outcome();
if (isError(answer)) console.error(answer.error.code, answer.error.message);
else console.log(id, answer.state, answer.reason ?? '');
process.exitCode = !isError(answer) && answer.state === 'committed' ? 0 : 1;
