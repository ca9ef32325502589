/**
 * A client of lockstepd under load: all commands over one connection, by the client that the
 * package exports.
 *
 *   client.ts ENDPOINT OPTIONS
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ClientOptions,
  type CommandFields,
  isError,
  LockstepClient,
} from '../../src/client/index.ts';
import { latencies } from './statistics.ts';
import {
  type Ask,
  type ClientTask,
  type Fill,
  serveTasks,
  type Told,
  type Trickle,
} from './subject.ts';

/** Number of commands sent at once while the queue is filled. */
const FILL_IN_FLIGHT = 1000;
/** Queued commands wait long, and must not pass their deadlines. */
const PATIENT_MS = 60 * 60 * 1000;
const LOOK_MS = 50;

const [, , endpoint = '', options = '{}'] = process.argv;
const client = await LockstepClient.connect({
  ...(JSON.parse(options) as ClientOptions),
  endpoint,
  timeoutMs: 10_000,
});

serveTasks({
  name: 'client',
  issue: (groupId, receive) => void committed(groupId).then(receive),
  perform,
});

function perform(task: ClientTask): Promise<Told> {
  switch (task.kind) {
    case 'fill':
      return fill(task);
    case 'ask':
      return ask(task);
    case 'drain':
      return drain();
    case 'trickle':
      return trickle(task);
  }
}

/** The error, if there was one. */
async function committed(groupId: string): Promise<string | undefined> {
  const { answer, fault } = await create(groupId, {});
  return fault ?? (answer?.state === 'committed' ? undefined : JSON.stringify(answer));
}

async function create(groupId: string, fields: CommandFields) {
  try {
    const answer = await client.create(groupId, fields);
    return isError(answer) ? { fault: JSON.stringify(answer) } : { answer };
  } catch (error) {
    return { fault: String(error) };
  }
}

async function fill({ count, prefix, lane }: Fill): Promise<Told> {
  const begun = performance.now();
  let asked = 0;
  const goOn = async (): Promise<void> => {
    while (asked < count) {
      const key = `${prefix}-${asked++}`;
      // The nodes may not answer, and breakers open meanwhile.
      const options = {
        wait: 'accepted',
        lane,
        deadlineMs: PATIENT_MS,
        ifUnavailable: 'wait',
      } as const;
      const { fault } = await create(key, options);
      if (fault !== undefined) throw new Error(`create of ${key}: ${fault}`);
    }
  };
  await Promise.all(Array.from({ length: FILL_IN_FLIGHT }, goOn));
  return { kind: 'fill', perSecond: (count * 1000) / (performance.now() - begun) };
}

async function ask({ forMs, everyMs }: Ask): Promise<Told> {
  const took = { ping: [] as number[], status: [] as number[] };
  const until = performance.now() + forMs;
  do {
    for (const op of ['ping', 'status'] as const) {
      const begun = performance.now();
      const answer = op === 'ping' ? await client.ping() : await client.summary();
      if (isError(answer)) throw new Error(`${op}: ${JSON.stringify(answer)}`);
      took[op].push(performance.now() - begun);
    }
    await sleep(everyMs);
  } while (performance.now() < until);
  return { kind: 'ask', ping: latencies(took.ping), status: latencies(took.status) };
}

async function trickle({ perSecond, forMs, prefix }: Trickle): Promise<Told> {
  const begun = performance.now();
  const asked: Promise<string | undefined>[] = [];
  for (let ms = 0; ms < forMs; ms = performance.now() - begun) {
    while (asked.length <= (ms * perSecond) / 1000) {
      asked.push(committed(`${prefix}-${asked.length}`));
    }
    await sleep(1);
  }
  const fault = (await Promise.all(asked)).find((one) => one !== undefined);
  if (fault !== undefined) throw new Error(`create: ${fault}`);
  return { kind: 'trickle' };
}

async function drain(): Promise<Told> {
  const first = await openCommands();
  for (let open = first; open > 0; open = await openCommands()) await sleep(LOOK_MS);
  return { kind: 'drain', open: first };
}

async function openCommands(): Promise<number> {
  const answer = await client.summary();
  if (isError(answer)) throw new Error(`status: ${JSON.stringify(answer)}`);
  return answer.open;
}
