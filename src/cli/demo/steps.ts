/** The steps of the demo, over a daemon and a simulator that are ready. */
import type { ClientError, CommandFields, LockstepClient } from '../../client/index.ts';
import { type Answer, isError } from '../../protocol/answer.ts';
import type { ErrorReply } from '../../protocol/errors.ts';
import { runBulk } from '../bulk.ts';
import type { BulkRun } from '../bulk-summary.ts';
import { type KeySource, keySource } from '../keys.ts';
import { showProgress } from '../progress.ts';
import { Tally } from '../tally.ts';
import type { Terminal } from '../terminal.ts';
import { callsBetween } from './node-calls.ts';
import type { DemoResult } from './report.ts';
import { keysOf, type SimulatedNode, type Simulator } from './simulator.ts';

const KEYS = '0..99';
const IN_FLIGHT = 256;

interface Stage {
  readonly client: LockstepClient;
  readonly terminal: Terminal;
  readonly stop: AbortSignal;
}

/** Deletes every record that any node holds; resolves to their number. */
export async function empty(simulator: Simulator, stage: Stage): Promise<number> {
  await simulator.setFaultRate(0);
  let deleted = 0;
  for (const node of await simulator.nodes()) {
    const source = recordsOf(node);
    const { tally } = await send({ op: 'delete', source, fields: { ensure: true } }, stage);
    if (tally.failed > 0) throw new Error(`could not delete ${JSON.stringify(tally.failures[0])}`);
    deleted += tally.total;
  }
  return deleted;
}

/** Creates the hundred records while nodes fail, and counts what it took. */
export async function createAll(stage: Stage): Promise<Omit<DemoResult, 'logs'>> {
  const { client } = stage;
  const before = good(await client.summary());
  const source = await keySource(KEYS);
  const run = await send({ op: 'create', source, fields: {} }, stage);
  const stats = good(await client.stats());
  const calls = callsBetween(before, good(await client.summary()));
  const total = source.total ?? 0;
  const full = Object.values(stats.nodes).every(({ count }) => count === total);
  const ok = run.tally.done === total && stats.consistent === true && full;
  return { run, stats, calls, ok };
}

interface Sending {
  readonly op: 'create' | 'delete';
  readonly source: KeySource;
  readonly fields: CommandFields;
}

async function send({ op, source, fields }: Sending, stage: Stage): Promise<BulkRun> {
  const { client, terminal, stop } = stage;
  const tally = new Tally('settled');
  const progress = showProgress(terminal, { title: op, total: source.total });
  const begun = performance.now();
  const gone: ClientError | undefined = await runBulk(client, {
    op,
    source,
    fields: { ...fields, lane: 'bulk', ifUnavailable: 'wait' },
    inFlight: IN_FLIGHT,
    stop,
    tally,
    onAnswer: async () => progress.update(tally.total, tally.failed),
  }).finally(() => progress.stop());
  if (gone !== undefined) throw gone;
  const interrupted = stop.aborted && tally.total !== source.total;
  return { op, tally, elapsedMs: performance.now() - begun, interrupted };
}

function recordsOf(node: SimulatedNode): KeySource {
  return { label: node.name, total: undefined, items: () => keysOf(node) };
}

/** The answer, which must not be an error. */
function good<T extends Answer>(answer: T | ErrorReply): T {
  if (!isError(answer)) return answer as T;
  throw new Error(`the daemon says ${answer.error.code}: ${answer.error.message}`);
}
