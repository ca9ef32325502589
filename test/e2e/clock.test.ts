/**
 * A daemon with a wrong wall clock: a month behind, as on a board without a battery, or a year
 * ahead. It is corrected while the daemon runs, and wrong again between two runs. libfaketime
 * changes the clock of the daemon alone; nodes and machine keep theirs.
 */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, type TestContext, test, vi } from 'vitest';
import { WallClock } from '../chaos/wall-clock.ts';
import { startCluster, statusOf } from '../support/cluster.ts';
import { tempFolder } from '../support/temp-folder.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const PRUNE_EVERY_MS = 60_000;
const TIMEOUT_MS = 300_000;
const SETTINGS = {
  LOCKSTEP_REQUEST_TIMEOUT_MS: '300',
  LOCKSTEP_QUIESCE_MS: '600',
  LOCKSTEP_BACKOFF_CAP_MS: '200',
  LOCKSTEP_STUCK_AFTER_MS: '3000',
  LOCKSTEP_BREAKER_FAILURES: '1000000',
  LOCKSTEP_BREAKER_VOLUME: '1000000',
};

function openClock(): { readonly clock?: WallClock } {
  const clock = WallClock.open(join(tempFolder(), 'clock'));
  return clock === undefined ? {} : { clock };
}

/** The time lived of the daemon, from its journal. */
function livedMs(dataDir: string): number {
  const db = new Database(join(dataDir, 'journal.db'), { readonly: true });
  try {
    return db.prepare<[], number>('SELECT lived FROM head').pluck().get() ?? Number.NaN;
  } finally {
    db.close();
  }
}

/**
 * No command may arrive meanwhile: then only the upkeep of each minute stores the time in the
 * journal.
 */
async function pastPruning(dataDir: string): Promise<void> {
  const before = livedMs(dataDir);
  const isPast = () => livedMs(dataDir) >= before + PRUNE_EVERY_MS / 2;
  await vi.waitUntil(isPast, { timeout: 2 * PRUNE_EVERY_MS, interval: 250 });
}

async function livesThrough(wrongMs: number, { expect, skip, onTestFinished }: TestContext) {
  const { clock } = openClock();
  if (clock === undefined) return skip('there is no libfaketime: apt-get install libfaketime');
  clock.set(wrongMs);
  const env = { ...SETTINGS, ...clock.env };
  const { sim, daemon, client } = await startCluster({ executors: 1, env }, onTestFinished);
  const holders = async () => {
    const lists = await Promise.all(['node01', 'node02', 'node03'].map((node) => sim.list(node)));
    return lists.filter((keys) => keys.includes('5')).length;
  };
  const undo = { op: 'delete', groupId: '5', id: 'undo-5' } as const;

  const pay = await client.create('5', { id: 'pay-5' });
  expect(pay).toMatchObject({ state: 'committed' });
  expect(await client.send(undo)).toMatchObject({ state: 'committed' });
  clock.set(0);
  // One node is down, another cannot undo: one command waits for its deadline, the other is rolled
  // back.
  await sim.setFaults('node03', { refuse: true });
  await sim.setFaults('node02', { noAnswer: 1, noAnswerEffect: false, on: ['delete'] });
  const open = { op: 'create', groupId: '9', wait: 'accepted', deadlineMs: 8000 } as const;
  await client.send({ ...open, id: 'open-9' });
  await client.send({ ...open, id: 'stuck-8', groupId: '8', deadlineMs: 500 });
  await statusOf(client, 'stuck-8', { state: 'compensating' });
  await daemon.kill9();

  await daemon.restart();
  await statusOf(client, 'stuck-8', { stuck: true });
  await vi.waitUntil(() => /rollbacks? .*stuck/.test(daemon.output), { timeout: 10_000 });
  await statusOf(client, 'open-9', { state: 'compensating', reason: 'deadline' });
  await sim.clearFaults();
  for (const id of ['open-9', 'stuck-8']) await statusOf(client, id, { state: 'rolled_back' });
  expect(await client.create('9')).toMatchObject({ state: 'committed' });
  expect(await client.create('5', { id: 'new-5' })).toMatchObject({ state: 'committed' });

  for (const nextMs of [wrongMs, 0]) {
    await pastPruning(daemon.dataDir);
    expect(await client.send(undo)).toMatchObject({ state: 'committed' });
    expect(await client.create('5', { id: 'pay-5' })).toEqual(pay);
    expect(await holders()).toBe(3);
    clock.set(nextMs);
    await daemon.restart();
  }
}

describe.concurrent('P5, P7, P9: no id is done twice, no key stays taken, each stuck rollback is reported', () => {
  test('with a clock a month behind', { timeout: TIMEOUT_MS }, (context) =>
    livesThrough(-30 * DAY_MS, context),
  );

  test('with a clock a year ahead', { timeout: TIMEOUT_MS }, (context) =>
    livesThrough(365 * DAY_MS, context),
  );
});
