/**
 * The program of the honest clients: commands and questions at a fixed pace, whatever happens, so that a daemon that
 * is slow gets no less to do. Argument: the addresses as JSON. At each message it sends what it has seen since the
 * one before, once everything that it has asked is answered; after `end` it asks no more.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isError, LockstepClient } from '../../src/client/index.ts';
import type { Target } from './attack.ts';

const CLIENTS = 4;
const COMMANDS_PER_SECOND = 25;
const QUESTIONS_PER_SECOND = 5;
const PROBES_PER_SECOND = 2;
const PATIENCE_MS = 60_000;
const PROBE_MS_MAX = 2000;

/** ms from the moment at which it was due. */
type Times = number[];

export interface Seen {
  readonly commands: Times;
  readonly questions: Times;
  readonly probes: Times;
  readonly probesFailed: number;
  readonly events: number;
  /** Answers that are no outcome, and calls without an answer. */
  readonly faults: readonly string[];
  /** The last answered state of each key. */
  readonly keys: Readonly<Record<string, 'present' | 'absent' | 'not known'>>;
}

const target = JSON.parse(process.argv[2] ?? '{}') as Target;
const { endpoint, eventsEndpoint, opsUrl } = target;
const clients = Array.from({ length: CLIENTS }, () => {
  return new LockstepClient({ endpoint, eventsEndpoint });
});
const keys: Record<string, 'present' | 'absent' | 'not known'> = {};
const standing: string[] = [];
let seen = nothing();
let isAsked = false;
let isEnd = false;
const underWay = new Set<Promise<void>>();

process.once('disconnect', () => process.exit());
process.on('message', (message) => {
  isAsked = true;
  isEnd = message === 'end';
});
const listening = follow();
await Promise.race([
  listening,
  Promise.all([
    paced(COMMANDS_PER_SECOND, command),
    paced(QUESTIONS_PER_SECOND, question),
    paced(PROBES_PER_SECOND, probe),
    reporting(),
  ]),
]);

function nothing() {
  return {
    commands: [] as Times,
    questions: [] as Times,
    probes: [] as Times,
    probesFailed: 0,
    events: 0,
    faults: [] as string[],
  };
}

async function paced(perSecond: number, act: (number: number, due: number) => Promise<void>) {
  let due = performance.now();
  for (let number = 0; ; number++) {
    due += 1000 / perSecond;
    await sleep(Math.max(0, due - performance.now()));
    while (isAsked) {
      await sleep(5);
      due = performance.now();
    }
    const acting = act(number, due).catch((error: unknown) => void seen.faults.push(String(error)));
    underWay.add(acting);
    void acting.then(() => underWay.delete(acting));
  }
}

async function reporting(): Promise<void> {
  for (;;) {
    await sleep(10);
    if (!isAsked) continue;
    await Promise.all(underWay);
    process.send?.({ ...seen, keys });
    seen = nothing();
    isAsked = isEnd;
    if (isEnd) return;
  }
}

/** Two creates, then a delete of a record that stands. */
async function command(number: number, due: number): Promise<void> {
  const client = clients[number % CLIENTS] as LockstepClient;
  const old = number % 3 === 2 ? standing.shift() : undefined;
  const key = old ?? `honest ${randomUUID()}`;
  keys[key] = 'not known';
  const options = { timeoutMs: PATIENCE_MS, persist: true };
  const asked = old === undefined ? client.create(key, options) : client.delete(key, options);
  const answer = await asked;
  seen.commands.push(performance.now() - due);
  if (isError(answer) || answer.state !== 'committed') {
    seen.faults.push(JSON.stringify(answer));
    return;
  }
  keys[key] = old === undefined ? 'present' : 'absent';
  if (old === undefined) standing.push(key);
}

async function question(number: number, due: number): Promise<void> {
  const client = clients[number % CLIENTS] as LockstepClient;
  const options = { timeoutMs: PATIENCE_MS, persist: true };
  const answer = number % 2 === 0 ? await client.ping(options) : await client.summary(options);
  seen.questions.push(performance.now() - due);
  if (isError(answer)) seen.faults.push(JSON.stringify(answer));
}

async function probe(_number: number, due: number): Promise<void> {
  try {
    const answer = await fetch(`${opsUrl}/healthz`, { signal: AbortSignal.timeout(PROBE_MS_MAX) });
    await answer.arrayBuffer();
    if (answer.ok) seen.probes.push(performance.now() - due);
    else seen.probesFailed++;
  } catch {
    seen.probesFailed++;
  }
}

async function follow(): Promise<void> {
  const events = (clients[0] as LockstepClient).subscribe(['command.committed']);
  for await (const _ of events) seen.events++;
}
