/**
 * Everything at once, as in production: daemon and simulator under the project's pm2, several
 * clients, every fault of the simulator, the daemon killed five times, a client three times.
 * CHAOS_SEED repeats a workload; the moments of the faults differ nevertheless.
 */
import { randomInt } from 'node:crypto';
import { expect, onTestFailed, onTestFinished, test, vi } from 'vitest';
import { isError, LockstepClient } from '../../src/client/index.ts';
import { FAULT_KINDS, type Faults } from '../../src/nodesim/faults/schema.ts';
import { judge } from '../chaos/checker.ts';
import { Clients } from '../chaos/clients.ts';
import { comeToRest, countBy, seen, toldOtherwise } from '../chaos/evidence.ts';
import { FLAVOURS, RANDOM_BEHAVIOR, SETTINGS } from '../chaos/flavours.ts';
import { Heard } from '../chaos/heard.ts';
import { workload } from '../chaos/workload.ts';
import { copyProject } from '../support/project-copy.ts';
import { SimApi, type SimControls } from '../support/sim-api.ts';

const COMMANDS = 2000;
const KEYS = 150;
const KILLS = 5;
const STEP_MS_MAX = 60_000;
const SPELL_MS_MAX = 3000;
/** For a while a node is down, answers 403 to everything, or is overloaded. */
const SPELLS: readonly (readonly [node: string, faults: Faults])[] = [
  ['node02', { refuse: true }],
  ['node03', { forceStatus: 403 }],
  ['node01', { forceStatus: 503, retryAfterSeconds: 1 }],
  ['node03', { refuse: true }],
];

test('P1–P7: 2,000 mixed commands under every fault and five kill -9 end all or none', async () => {
  const seed = Number(process.env['CHAOS_SEED'] ?? randomInt(1_000_000));
  onTestFailed(() => console.log(`CHAOS_SEED=${seed}`));
  const project = await copyProject();
  const settings = { ...SETTINGS, RANDOM_BEHAVIOR, NODESIM_SEED: String(seed) };
  const started = await project.run(['npm', 'start'], settings);
  expect(started.code, started.stderr).toBe(0);
  const sim = new SimApi(project.sharedUrl).controls;
  for (const [node, faults] of Object.entries(FLAVOURS)) await sim.setFaults(node, faults);
  const asking = new LockstepClient({ endpoint: project.endpoint });
  onTestFinished(() => asking.close());

  const heard = new Heard();
  using clients = new Clients(project.endpoint, heard);
  const [, pids] = await Promise.all([
    clients.work(workload(seed, { commands: COMMANDS, keys: KEYS })),
    trouble({ sim, clients, heard, asking }),
  ]);
  const kinds = await kindsSeen(sim);
  await sim.clearFaults();
  await sim.setSettings('*', { randomBehavior: 0 });
  await comeToRest(asking, sim);
  const { journal, nodes } = await seen(asking, sim);
  const { asked, told: sent, cancels } = heard;
  expect([...clients.faults, ...judge({ asked, told: sent, cancels, journal, nodes })]).toEqual([]);
  expect(await toldOtherwise(asking, journal)).toEqual([]);
  // The events that this test is about did happen.
  expect(pids.size).toBe(KILLS + 1);
  expect(kinds).toEqual([...FAULT_KINDS, 'randomBehavior', 'forceStatus'].sort());
  expect(project.logOf('lockstepd').match(/resuming open commands/g)).toHaveLength(KILLS);
  const { committed, rolled_back: rolledBack } = countBy(journal, ({ state }) => state);
  expect(committed).toBeGreaterThan(COMMANDS / 5);
  expect(rolledBack).toBeGreaterThan(10);
});

interface Scene {
  readonly sim: SimControls;
  readonly clients: Clients;
  readonly heard: Heard;
  readonly asking: LockstepClient;
}

/**
 * The kills and faults, spread over the work by the number of answers; resolves to all process ids.
 */
async function trouble({ sim, clients, heard, asking }: Scene): Promise<ReadonlySet<number>> {
  const pids = new Set<number>();
  const step = COMMANDS / (KILLS + 1);
  for (let kill = 1; kill <= KILLS; kill++) {
    const pid = await pidOf(asking);
    pids.add(pid);
    const spell = SPELLS[kill - 1];
    if (spell !== undefined) {
      await heard.reaches((kill - 0.5) * step, STEP_MS_MAX);
      await sim.setFaults(...spell);
      await heard.reaches((kill - 0.25) * step, SPELL_MS_MAX);
      await sim.setFaults(spell[0], FLAVOURS[spell[0]] ?? {});
    }
    expect(await heard.reaches(kill * step, STEP_MS_MAX), 'the work goes on').toBe(true);
    process.kill(pid, 'SIGKILL');
    if (kill % 2 === 1) clients.replaceOne();
    await vi.waitUntil(async () => (await pidOf(asking)) !== pid, 30_000);
  }
  return pids.add(await pidOf(asking));
}

async function pidOf(asking: LockstepClient): Promise<number> {
  const answer = await asking.ping({ timeoutMs: 30_000 });
  if (isError(answer)) throw new Error(answer.error.message);
  return answer.pid;
}

async function kindsSeen(sim: SimControls): Promise<readonly string[]> {
  const counters = Object.values(await sim.counters());
  const kinds = counters.flatMap(({ faults }) =>
    Object.entries(faults).filter(([, count]) => count > 0),
  );
  return [...new Set(kinds.map(([kind]) => kind))].sort();
}
