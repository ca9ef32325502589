// Creates many records: node bulk.mjs COUNT [PREFIX]. Run it again with the same prefix, and what is there already is
// answered `refused` (already_exists).
import { isError } from 'lockstep-client';
import { connect } from './connect.mjs';

// Commands under way at once. The lane `bulk` leaves the daemon free for interactive commands meanwhile.
const WINDOW = 256;
const SHOW_MS = 500;

const [count = '1000', prefix = 'bulk'] = process.argv.slice(2);
const keys = Array.from({ length: Number(count) }, (_, number) => `${prefix}-${number}`);
const outcomes = new Map();
let next = 0;
let done = 0;

const client = await connect();
const progress = setInterval(() => console.error(`${done} of ${keys.length}`), SHOW_MS);

async function work() {
  while (next < keys.length) {
    const key = keys[next++];
    const answer = await client.create(key, {
      lane: 'bulk',
      // A node that is down delays the load, and does not fail it.
      ifUnavailable: 'wait',
      deadlineMs: 600_000,
      // `busy` and a restart of the daemon are waited for, too.
      persist: true,
    });
    const outcome = isError(answer) ? answer.error.code : answer.state;
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    done += 1;
  }
}

await Promise.all(Array.from({ length: WINDOW }, work));
clearInterval(progress);
client.close();
console.log(JSON.stringify(Object.fromEntries(outcomes)));
if (outcomes.get('committed') !== keys.length) process.exitCode = 1;
