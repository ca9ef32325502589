/** The commands of docs/operate/run.md, "Under a pm2 of your own", with the real pm2 and a small app. */
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { freePorts } from '../support/free-ports.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { supervisedProject } from './supervised-project.ts';
import { type Finished, run } from './temp-project.ts';

it('a pm2 of one’s own takes a changed setting, keeps it when it is not named again, and forgets it by delete', async () => {
  const project = await supervisedProject();
  const [port] = await freePorts(1);
  const home = {
    PM2_HOME: tempFolder(),
    LOCKSTEP_NODES: 'a=http://127.0.0.1:1/v1',
    LOCKSTEP_ENDPOINT: `tcp://127.0.0.1:${port}`,
  };
  const pm2 = (args: string, env: NodeJS.ProcessEnv = {}): Finished => {
    const program = join(project.root, 'node_modules/pm2/bin/pm2');
    return run([process.execPath, program, ...args.split(' ')], {
      cwd: project.root,
      env: { ...home, ...env },
    });
  };
  onTestFinished(() => {
    pm2('kill');
  });
  const lives = () =>
    project.logOf('lockstepd').filter((each) => each.startsWith('lockstepd lives: '));
  const fault = (): unknown => {
    const detail = lives().at(-1)?.slice('lockstepd lives: '.length) ?? '{}';
    return (JSON.parse(detail) as { fault?: string }).fault;
  };
  const started = pm2('start ecosystem.config.cjs');
  expect(started.code, started.stderr).toBe(0);
  expect([project.livesOf('lockstepd'), project.livesOf('nodesim')]).toEqual([1, 0]);
  // pm2 returns before the new process has written anything.
  const comesToBe = (wanted: string | undefined) =>
    vi.waitUntil(() => fault() === wanted, { timeout: 20_000 });
  pm2('restart lockstepd --update-env', { RANDOM_BEHAVIOR: '0.3' });
  await comesToBe('0.3');
  // By the file it takes nothing, and puts nothing back either.
  const before = lives().length;
  pm2('restart ecosystem.config.cjs --update-env', { RANDOM_BEHAVIOR: '0.4' });
  await vi.waitUntil(() => lives().length > before, { timeout: 20_000 });
  expect(fault()).toBe('0.3');
  pm2('delete lockstepd');
  pm2('start ecosystem.config.cjs');
  await comesToBe(undefined);
  expect(lives().filter((life) => life.includes('0.4'))).toEqual([]);
  expect(pm2('stop lockstepd').code).toBe(0);
});
