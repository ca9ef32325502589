/** What keeps an app down and what does not, by the real pm2 and pm2-runtime, with small programs. */
import { describe, expect, it, vi } from 'vitest';
import { type SupervisedProject, supervisedProject } from './supervised-project.ts';

const SUPERVISORS: Readonly<Record<string, (project: SupervisedProject) => void>> = {
  pm2: (project) => expect(project.start().code).toBe(0),
  'pm2-runtime': (project) => void project.runtime(),
};
const SIGNALS = ['SIGKILL', 'SIGABRT', 'SIGTERM'] as const;
const CODES = [1, 0, 75, 134];

async function start(supervisor: string): Promise<SupervisedProject> {
  const project = await supervisedProject();
  SUPERVISORS[supervisor]?.(project);
  await isBack(project, 'lockstepd', 1);
  await isBack(project, 'nodesim', 1);
  return project;
}

async function isBack(project: SupervisedProject, app: string, life: number): Promise<void> {
  const lives = () => project.livesOf(app) === life && project.pidOf(app) > 0;
  await vi.waitUntil(lives, { timeout: 40_000, interval: 20 });
}

function kill(project: SupervisedProject, app: string, signal: NodeJS.Signals): void {
  const pid = project.pidOf(app);
  // 0 would be this very process and its like.
  expect(pid).toBeGreaterThan(0);
  process.kill(pid, signal);
}

async function isDown(project: SupervisedProject, app: string): Promise<void> {
  await vi.waitUntil(() => project.pidOf(app) === 0, { timeout: 40_000, interval: 20 });
}

describe.each(Object.keys(SUPERVISORS))('under %s', (supervisor) => {
  it('P8: an app is back after whatever ended it, out of memory and exit code 0 included', async () => {
    const project = await start(supervisor);
    let life = 1;
    for (const signal of SIGNALS) {
      kill(project, 'lockstepd', signal);
      await isBack(project, 'lockstepd', ++life);
    }
    for (const code of CODES) {
      project.endWith('lockstepd', code);
      await isBack(project, 'lockstepd', ++life);
    }
    expect(project.livesOf('nodesim')).toBe(1);
  });

  it.each([78, 79])('one that ended with %i stays down', async (code) => {
    const project = await start(supervisor);
    project.endWith('nodesim', code);
    await isDown(project, 'nodesim');
    // By the time the other one is back, this one, which ended before it, would be as well.
    for (const life of [2, 3]) {
      kill(project, 'lockstepd', 'SIGKILL');
      await isBack(project, 'lockstepd', life);
    }
    expect(project.livesOf('nodesim')).toBe(1);
    expect(project.pidOf('nodesim')).toBe(0);
  });
});

describe('pm2-runtime', () => {
  it('shows the error of an app that refuses its configuration, and runs on with the other', async () => {
    const project = await supervisedProject();
    const { output, end } = project.runtime({ FIXTURE_LOCKSTEPD: 'refuse' });
    await isBack(project, 'nodesim', 1);
    await vi.waitUntil(() => output().includes('exited with code [78]'), 20_000);
    expect(output()).toContain('LOCKSTEP_NODES is not a list of nodes');
    kill(project, 'nodesim', 'SIGKILL');
    await isBack(project, 'nodesim', 2);
    expect(output().match(/lockstepd lives/g)).toHaveLength(1);
    expect(await end()).toBe(0);
  });

  it('waits longer before each start of an app that keeps falling', async () => {
    const project = await supervisedProject();
    const { output, end } = project.runtime({ FIXTURE_LOCKSTEPD: 'relapse' });
    await isBack(project, 'lockstepd', 1);
    kill(project, 'lockstepd', 'SIGKILL');
    const waits = () =>
      [...output().matchAll(/will restart in (\d+)ms/g)].map(([, ms]) => Number(ms));
    await vi.waitUntil(() => waits().length >= 4, 40_000);
    const [first, ...more] = waits();
    expect(first).toBe(100);
    for (const [index, ms] of more.entries()) expect(ms).toBeGreaterThan(waits()[index] ?? 0);
    expect(await end()).toBe(0);
    expect(project.processes()).toEqual([]);
  });
});
