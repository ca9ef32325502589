/** The coordinator's thread by itself: main and one executor are played by the test. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Channel } from '../../src/channel/channel.ts';
import { lineEnds } from '../../src/channel/thread-line.ts';
import { LockstepClient } from '../../src/client/index.ts';
import { coordinatorData } from '../../src/composition/thread-data.ts';
import type { CoordinatorData } from '../../src/coordinator/thread.ts';
import { openJournal } from '../../src/journal/open.ts';
import { Beats } from '../../src/lifecycle/beats.ts';
import { clockBase } from '../../src/lifecycle/clock.ts';
import type { FromThread, ShellData, ToThread } from '../../src/lifecycle/control.ts';
import { planLog } from '../../src/observe/log/log-plan.ts';
import type { Order } from '../../src/protocol/work.ts';
import { settingsOf } from '../config/load-in.ts';
import { arrivals, newEnds, openEnd } from '../support/channel.ts';
import { freePorts } from '../support/free-ports.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { report } from './support/reports.ts';

/** A thread starts in a second on a busy machine. */
const PATIENCE = { timeout: 15_000 };
const ENTRY = new URL('../../src/coordinator/thread.ts', import.meta.url);

interface Started {
  readonly worker: Worker;
  readonly endpoint: string;
  readonly journal: string;
  /** Opens the executor's end of its channel at the time when main would start it. */
  readonly openExecutor: () => Promise<Channel>;
  readonly said: FromThread['kind'][];
  readonly messages: FromThread[];
  readonly tell: (message: ToThread) => void;
}

interface Setting {
  readonly dir?: string;
  readonly fold?: CoordinatorData['dialect']['keys']['fold'];
}

async function start({ dir = tempFolder(), fold = null }: Setting = {}): Promise<Started> {
  const [commands, events] = await freePorts(2);
  const endpoint = `tcp://127.0.0.1:${commands}`;
  const env = {
    LOCKSTEP_NODES: 'node01=http://127.0.0.1:9/v1',
    LOCKSTEP_ENDPOINT: endpoint,
    LOCKSTEP_EVENTS_ENDPOINT: `tcp://127.0.0.1:${events}`,
    LOCKSTEP_DATA_DIR: dir,
    LOCKSTEP_SYSLOG_ADDRESS: 'none',
  };
  const settings = settingsOf({ env });
  const { bound, connected } = newEnds();
  const before = coordinatorData(settings);
  const { dialect } = before;
  const { one: door } = lineEnds();
  const data: CoordinatorData = {
    ...before,
    dialect: { ...dialect, keys: { ...dialect.keys, fold } },
    name: 'coordinator',
    trust: undefined,
    clock: clockBase(),
    crashes: { inARow: 0, all: 0 },
    version: '0.0.0',
    log: planLog(settings, false),
    executors: [bound],
    door,
  };
  const workerData: CoordinatorData & ShellData = {
    ...data,
    beat: new Beats().claim('coordinator'),
    addressAttemptMs: 1000,
  };
  const transferList = [door.port];
  const worker = new Worker(ENTRY, { workerData, transferList, stdout: true, stderr: true });
  const detail: FromThread['kind'][] = [];
  const messages: FromThread[] = [];
  worker.on('message', (message: FromThread) => {
    messages.push(message);
    detail.push(message.kind);
  });
  const report = (message: ToThread) => worker.postMessage(message);
  // The next one needs what this one holds, also when its test has failed.
  const gone = new Promise((resolve) => worker.once('exit', resolve));
  onTestFinished(async () => {
    report('stop');
    await gone;
  });
  const openExecutor = async () => {
    await vi.waitUntil(() => detail.includes('journal_held'), PATIENCE);
    return openEnd(connected);
  };
  const { journal } = data;
  return { worker, endpoint, journal, openExecutor, said: detail, messages, tell: report };
}

test('clients come in when every executor listens, not before', async () => {
  const { worker, endpoint, openExecutor, said: detail, tell } = await start();
  const end = await openExecutor();
  const early = LockstepClient.connect({ endpoint, timeoutMs: 300 });
  await expect(early).rejects.toThrow('connection refused, or the host is unreachable');
  await report(end, { kind: 'hello' });
  await vi.waitUntil(() => detail.includes('ready'), PATIENCE);
  const client = await LockstepClient.connect({ endpoint });
  client.close();
  tell('stop');
  await once(worker, 'exit');
});

test('P10: the last report of an executor is journaled, although main reports its end', async () => {
  const { worker, endpoint, journal, openExecutor, said: detail, tell } = await start();
  const end = await openExecutor();
  await report(end, { kind: 'hello' });
  await vi.waitUntil(() => detail.includes('ready'), PATIENCE);
  const client = await LockstepClient.connect({ endpoint });
  onTestFinished(() => client.close());
  const texts = arrivals(end);
  const orders = () => texts.flatMap((text) => JSON.parse(text) as Order[]);
  const ids = Array.from({ length: 20 }, (_, index) => `id-${index}`);
  await Promise.all(ids.map((id) => client.create(id, { id, wait: 'accepted' })));
  const driven = () => orders().flatMap((order) => (order.kind === 'drive' ? [order.command] : []));
  await vi.waitUntil(() => driven().length === ids.length, PATIENCE);
  const nodes = { node01: { state: 'present', attempts: 1 } } as const;
  const settlement = { kind: 'settled', at: Date.now(), state: 'committed', nodes } as const;
  // In the order of an executor and main; the thread may receive main's message first.
  for (const { seq } of driven()) await report(end, { kind: 'settled', seq, settlement });
  end.close();
  tell('stop');
  await once(worker, 'exit');
  const next = await openJournal(journal);
  onTestFinished(() => next.close());
  for (const id of ids) expect((await next.find(id))?.state).toBe('committed');
});

test('one that cannot start ends by itself, though its executors hold their ends', async () => {
  const blocker = createServer();
  onTestFinished(() => void blocker.close());
  const { worker, endpoint, openExecutor, said: detail } = await start();
  blocker.listen(Number(new URL(endpoint).port), '127.0.0.1');
  await once(blocker, 'listening');
  const end = await openExecutor();
  await report(end, { kind: 'hello' });
  await once(worker, 'exit');
  expect(detail).toContain('failed');
});

test('P6: it refuses to start, with 78, while the fold of the dialect changes keys of open commands', async () => {
  const dir = tempFolder();
  const { worker, endpoint, openExecutor, said: detail, tell } = await start({ dir });
  const end = await openExecutor();
  await report(end, { kind: 'hello' });
  await vi.waitUntil(() => detail.includes('ready'), PATIENCE);
  const client = await LockstepClient.connect({ endpoint });
  await client.create('Ab', { id: 'upper', wait: 'accepted' });
  client.close();
  tell('stop');
  await once(worker, 'exit');
  const next = await start({ dir, fold: 'ascii-lower' });
  await once(next.worker, 'exit');
  expect(next.messages.find(({ kind }) => kind === 'failed')).toMatchObject({
    failure: { exitCode: 78, message: expect.stringContaining('upper ("Ab")') },
  });
});
