/** The steps of the demo, over a daemon and a simulator that are ready. */
import type { ClientError, LockstepClient } from '../../client/index.ts';
import { type Answer, isError } from '../../protocol/answer.ts';
import type { ErrorReply } from '../../protocol/errors.ts';
import { type KeySource, keySource } from '../bulk/keys.ts';
import { runBulk } from '../bulk/run.ts';
import type { BulkRun } from '../bulk/summary.ts';
import { Tally } from '../bulk/tally.ts';
import { showProgress } from '../output/progress.ts';
import type { Terminal } from '../output/terminal.ts';
import { callsBetween } from './node-calls.ts';
import type { DemoResult } from './report.ts';

const KEYS = '0..99';
const IN_FLIGHT = 256;

interface Stage {
  readonly client: LockstepClient;
  readonly terminal: Terminal;
  readonly stop: AbortSignal;
}

/** Creates the hundred records while nodes fail, and measures the cost. */
export async function createAll(stage: Stage): Promise<Omit<DemoResult, 'services'>> {
  const { client } = stage;
  const before = good(await client.summary());
  const source = await keySource(KEYS);
  const run = await createFrom(source, stage);
  const stats = good(await client.stats());
  const calls = callsBetween(before, good(await client.summary()));
  const total = source.total ?? 0;
  const full = Object.values(stats.nodes).every(({ count }) => count === total);
  const ok = run.tally.done === total && stats.consistent === true && full;
  return { run, stats, calls, ok };
}

async function createFrom(source: KeySource, { client, terminal, stop }: Stage): Promise<BulkRun> {
  const tally = new Tally('settled');
  const progress = showProgress(terminal, { title: 'create', total: source.total });
  const begun = performance.now();
  const gone: ClientError | undefined = await runBulk(client, {
    op: 'create',
    source,
    fields: { lane: 'bulk', ifUnavailable: 'wait' },
    inFlight: IN_FLIGHT,
    stop,
    tally,
    onAnswer: async () => progress.update(tally.total, tally.failed),
  }).finally(() => progress.stop());
  if (gone !== undefined) throw gone;
  const isWhole = tally.total === source.total;
  const elapsedMs = performance.now() - begun;
  return { op: 'create', tally, elapsedMs, isWhole, total: source.total };
}

/** The answer, which must not be an error. */
function good<T extends Answer>(answer: T | ErrorReply): T {
  if (!isError(answer)) return answer;
  throw new Error(`the daemon answered ${answer.error.code}: ${answer.error.message}`);
}
