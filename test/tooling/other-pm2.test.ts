/** The commands of docs/operations.md, "Under a pm2 of your own", with the real pm2 and a small app. */
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { tempFolder } from '../support/temp-folder.ts';
import { supervisedProject } from './supervised-project.ts';
import { type Finished, run } from './temp-project.ts';

it('a pm2 of one’s own takes a changed setting, keeps it when it is not named again, and forgets it by delete', async () => {
  const project = await supervisedProject();
  const home = { PM2_HOME: tempFolder(), LOCKSTEP_NODES: 'a=http://127.0.0.1:1/v1' };
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
  const fault = (): unknown => {
    const line = project
      .logOf('lockstepd')
      .findLast((each) => each.startsWith('lockstepd lives: '));
    return (JSON.parse(line?.slice('lockstepd lives: '.length) ?? '{}') as { fault?: string })
      .fault;
  };
  const started = pm2('start ecosystem.config.cjs');
  expect(started.code, started.stderr).toBe(0);
  expect([project.livesOf('lockstepd'), project.livesOf('nodesim')]).toEqual([1, 0]);
  pm2('restart lockstepd --update-env', { RANDOM_BEHAVIOR: '0.3' });
  expect(fault()).toBe('0.3');
  // By the file it takes nothing, and puts nothing back either.
  pm2('restart ecosystem.config.cjs --update-env', { RANDOM_BEHAVIOR: '0.4' });
  expect(fault()).toBe('0.3');
  pm2('delete lockstepd');
  pm2('start ecosystem.config.cjs');
  expect(fault()).toBeUndefined();
  expect(pm2('stop lockstepd').code).toBe(0);
});
