// Prints how commands end, as it happens: node events.mjs [COUNT]
//
// Events are news, not a record: a reader that is slow, late or disconnected misses some. What must not be missed is
// read from the list: here at the start, and after each gap.
import { isError } from 'lockstep-client';
import { connect } from './connect.mjs';

const [count = 'Infinity'] = process.argv.slice(2);
const client = await connect();
const subscription = client.subscribe([
  'command.committed',
  'command.rolled_back',
  'command.refused',
  'command.abandoned',
]);
const seen = new Set();

/** @param {import('lockstep-client').CommandAnswer} command */
function show({ id, op, groupId, state, reason }) {
  if (seen.has(id)) return;
  seen.add(id);
  console.log(op, groupId, state, reason ?? '');
}

// The latest settled commands. A real program keeps the time until which it has read.
async function catchUp() {
  const answer = await client.list({
    state: ['committed', 'rolled_back', 'refused', 'abandoned'],
    limit: 100,
    youngerThanMs: 60_000,
  });
  if (isError(answer)) throw new Error(answer.error.message);
  for (const command of [...answer.commands].reverse()) show(command);
}

await catchUp();
let missed = 0;
for await (const event of subscription) {
  if (event.kind === 'command') show(event.payload);
  if (subscription.missed > missed) {
    missed = subscription.missed;
    await catchUp();
  }
  if (seen.size >= Number(count)) break;
}
client.close();
