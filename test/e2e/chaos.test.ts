/**
 * Everything at once, as its users run it: daemon and simulator under the project's pm2, several
 * clients, every kind of fault the simulator has, the daemon killed five times, a client thrice.
 * CHAOS_SEED repeats a workload; the faults' moments differ all the same, as the real thing does.
 */
import { randomInt } from 'node:crypto';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type CommandAnswer, isError, LockstepClient } from '../../src/client/index.ts';
import { FAULT_KINDS, type Faults } from '../../src/nodesim/fault-schema.ts';
import { copyProject } from '../support/project-copy.ts';
import { SimApi, type SimControls } from '../support/sim-api.ts';
import { judge } from './chaos/checker.ts';
import { Clients } from './chaos/clients.ts';
import { Heard } from './chaos/record.ts';
import { workload } from './chaos/workload.ts';

const COMMANDS = 2000;
const KEYS = 150;
const KILLS = 5;
const QUIET_MS_MAX = 60_000;
const NODES = ['node01', 'node02', 'node03'];

/** Late effects land within a second of the request, so well within quiesce after giving up. */
const SETTINGS = {
  LOCKSTEP_REQUEST_TIMEOUT_MS: '500',
  LOCKSTEP_QUIESCE_MS: '2000',
  LOCKSTEP_BACKOFF_CAP_MS: '500',
  LOCKSTEP_STUCK_AFTER_MS: '3000',
  RANDOM_BEHAVIOR: '0.1',
};
const EVERY_KIND: Faults = {
  errorBefore: 0.04,
  errorAfter: 0.05,
  resetBefore: 0.02,
  resetAfter: 0.03,
  noAnswer: 0.02,
  late: 0.03,
  lateMs: [50, 1000],
  slow: 0.05,
  slowMs: [10, 900],
  garbage: 0.03,
};
/** By node: another flavour of the same. */
const FLAVOURS: Readonly<Record<string, Faults>> = {
  node01: EVERY_KIND,
  node02: { ...EVERY_KIND, lateAnswer: 'reset', slowEffect: 'after' },
  node03: { ...EVERY_KIND, noAnswer: 0.01, errorAfter: 0.1 },
};
/** For a while a node is down, forbids everything, or is overloaded. */
const SPELLS: readonly (readonly [node: string, faults: Faults])[] = [
  ['node02', { refuse: true }],
  ['node03', { forceStatus: 403 }],
  ['node01', { forceStatus: 503, retryAfterSeconds: 1 }],
  ['node03', { refuse: true }],
];

test('P1–P7: 2,000 mixed commands under every fault and five kill -9 end all or none', async () => {
  const seed = Number(process.env['CHAOS_SEED'] ?? randomInt(1_000_000));
  console.log(`CHAOS_SEED=${seed}`);
  const project = await copyProject();
  const started = await project.run(['npm', 'start'], { ...SETTINGS, NODESIM_SEED: String(seed) });
  expect(started.code, started.stderr).toBe(0);
  const sim = new SimApi(project.sharedUrl).controls;
  const asking = new LockstepClient({ endpoint: project.endpoint });
  onTestFinished(() => asking.close());

  const heard = new Heard();
  const bundles = workload(seed, { commands: COMMANDS, keys: KEYS });
  for (const [node, faults] of Object.entries(FLAVOURS)) await sim.setFaults(node, faults);
  using clients = new Clients(project.endpoint, heard);
  const [, pids] = await Promise.all([
    clients.work(bundles),
    trouble({ sim, clients, heard, asking }),
  ]);
  const kinds = await kindsSeen(sim);

  await sim.clearFaults();
  await sim.setSettings('*', { randomBehavior: 0 });
  await vi.waitUntil(() => isQuiet(asking, sim), { timeout: QUIET_MS_MAX, interval: 200 });
  const journal = await wholeJournal(asking);
  const lists = await Promise.all(NODES.map(async (name) => [name, await sim.list(name)] as const));
  const nodes = Object.fromEntries(lists);
  const asked = bundles.flat().map(({ id }) => id);
  const faults = [...clients.faults, ...judge({ asked, heard: heard.all, journal, nodes })];
  expect(faults, `CHAOS_SEED=${seed}`).toEqual([]);
  expect(await statesAgain(asking, journal)).toEqual([]);
  // What the test is about did happen.
  expect(pids.size).toBe(KILLS + 1);
  expect(kinds).toEqual([...FAULT_KINDS, 'randomBehavior', 'forceStatus'].sort());
  expect(countOf(journal)['committed']).toBeGreaterThan(COMMANDS / 5);
  expect(countOf(journal)['rolled_back']).toBeGreaterThan(10);
  expect(project.logOf('lockstepd').match(/taking up open commands/g)).toHaveLength(KILLS);
});

interface Scene {
  readonly sim: SimControls;
  readonly clients: Clients;
  readonly heard: Heard;
  readonly asking: LockstepClient;
}

/** The kills and spells, spread over the work by the count of answers; resolves to all pids. */
async function trouble({ sim, clients, heard, asking }: Scene): Promise<ReadonlySet<number>> {
  const pids = new Set<number>();
  const step = COMMANDS / (KILLS + 1);
  for (let kill = 1; kill <= KILLS; kill++) {
    const pid = await pidOf(asking);
    pids.add(pid);
    const spell = SPELLS[kill - 1];
    if (spell !== undefined) {
      await heard.reaches((kill - 0.5) * step, QUIET_MS_MAX);
      await sim.setFaults(...spell);
      await heard.reaches((kill - 0.25) * step, 3000);
      await sim.setFaults(spell[0], FLAVOURS[spell[0]] ?? {});
    }
    expect(await heard.reaches(kill * step, QUIET_MS_MAX), 'the work goes on').toBe(true);
    process.kill(pid, 'SIGKILL');
    if (kill % 2 === 1) clients.replaceOne();
    await vi.waitUntil(async () => (await pidOf(asking)) !== pid, 30_000);
  }
  return pids.add(await pidOf(asking));
}

async function pidOf(asking: LockstepClient): Promise<number> {
  const answer = await asking.ping({ timeoutMs: 30_000 });
  return isError(answer) ? 0 : answer.pid;
}

async function isQuiet(asking: LockstepClient, sim: SimControls): Promise<boolean> {
  const summary = await asking.summary();
  const landing = Object.values(await sim.counters()).some(({ late }) => late.waiting > 0);
  return !isError(summary) && summary.open === 0 && !landing;
}

async function kindsSeen(sim: SimControls): Promise<readonly string[]> {
  const counters = Object.values(await sim.counters());
  const kinds = counters.flatMap(({ faults }) =>
    Object.entries(faults).filter(([, count]) => count > 0),
  );
  return [...new Set(kinds.map(([kind]) => kind))].sort();
}

/** In the order of acceptance. */
async function wholeJournal(asking: LockstepClient): Promise<readonly CommandAnswer[]> {
  const all: CommandAnswer[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await asking.list({ limit: 1000, ...(cursor === undefined ? {} : { cursor }) });
    if (isError(page)) throw new Error(page.error.message);
    all.push(...page.commands);
    cursor = page.next;
    if (cursor === undefined) return all.reverse();
  }
}

/** P7: what `status` says by id, where it differs from the journal's list. */
async function statesAgain(
  asking: LockstepClient,
  journal: readonly CommandAnswer[],
): Promise<readonly unknown[]> {
  const answers = await Promise.all(journal.map(({ id }) => asking.status(id)));
  return answers.filter((answer, i) => JSON.stringify(answer) !== JSON.stringify(journal[i]));
}

function countOf(journal: readonly CommandAnswer[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { state } of journal) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}
