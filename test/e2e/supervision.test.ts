/**
 * The real pm2-runtime restarts the built daemon in order: because of its memory, and because of
 * its age.
 */
import { expect, onTestFinished, test, vi } from 'vitest';
import { LockstepClient } from '../../src/client/index.ts';
import { evaluateIn, INSPECTABLE, openInspector } from '../support/inspector.ts';
import { startPm2Runtime } from '../support/pm2-runtime.ts';
import { copyProject } from '../support/project-copy.ts';
import { SimApi } from '../support/sim-api.ts';

const MIB = 1024 * 1024;
const COMMANDS = 200;
const RESTARTED_MS = 40_000;

async function supervised(env: NodeJS.ProcessEnv) {
  const project = await copyProject();
  const runtime = startPm2Runtime(project.root, {
    ...process.env,
    ...project.env,
    LOCKSTEP_EXECUTORS: '1',
    LOCKSTEP_SYSLOG_ADDRESS: 'none',
    ...env,
  });
  const client = new LockstepClient({ endpoint: project.endpoint });
  onTestFinished(() => client.close());
  const pid = async (): Promise<number> => {
    const answer = await client.ping();
    return 'pid' in answer ? answer.pid : 0;
  };
  return { ...runtime, client, pid, sim: new SimApi(project.sharedUrl).controls };
}

/** Commands on slow nodes, which are under way while the daemon restarts. */
async function work({ client, sim }: Awaited<ReturnType<typeof supervised>>, seed: string) {
  await sim.setFaults('node02', { slow: 0.5, slowMs: [50, 400] });
  const keys = Array.from({ length: COMMANDS }, (_, index) => `${seed}-${index}`);
  const done = keys.map((id) => client.create(id, { id, persist: true, deadlineMs: 60_000 }));
  await vi.waitUntil(async () => (await sim.list('node01')).length > 0, 10_000);
  return async () => {
    const states = (await Promise.all(done)).map((answer) =>
      'state' in answer ? answer.state : '',
    );
    expect(new Set(states)).toEqual(new Set(['committed']));
    const count = COMMANDS;
    expect(await sim.stats()).toEqual([true, { node01: count, node02: count, node03: count }]);
  };
}

test('above its memory limit it stops in order, comes back, and P3: no command is lost', async () => {
  const daemon = await supervised({
    ...INSPECTABLE,
    LOCKSTEP_MEMORY_LIMIT_BYTES: String(400 * MIB),
    // The default interval of pm2 is 30 s.
    PM2_WORKER_INTERVAL: '500',
  });
  const before = await daemon.pid();
  const allCommitted = await work(daemon, 'memory');
  await openInspector(before, daemon.output);
  const hoard = `globalThis.hoard = Buffer.alloc(${400 * MIB}, 1); 0`;
  await evaluateIn({ output: daemon.output() }, 'main', hoard);
  await vi.waitUntil(async () => (await daemon.pid()) !== before, RESTARTED_MS);
  await allCommitted();
  const output = daemon.output();
  expect(output).toMatch(/restarted because it exceeds --max-memory-restart value/);
  expect(output).toContain('shutdown complete (SIGINT), exiting with code 79');
  // The simulator and the next run use less.
  expect(output.match(/restarted because/g)).toHaveLength(1);
  expect(await daemon.end()).toBe(0);
});

test('after restartAfterHours it stops in order, comes back, and P3: no command is lost', async () => {
  const daemon = await supervised({ LOCKSTEP_RESTART_AFTER_HOURS: '0.002' });
  const before = await daemon.pid();
  const allCommitted = await work(daemon, 'time');
  await vi.waitUntil(async () => ![before, 0].includes(await daemon.pid()), RESTARTED_MS);
  await allCommitted();
  const output = daemon.output();
  expect(output).toContain('stopping: it has run for restartAfterHours (0.002)');
  expect(output).toMatch(/shutdown complete .*exiting with code 75/);
  expect(output).not.toContain('ended unexpectedly');
  expect(await daemon.end()).toBe(0);
});
