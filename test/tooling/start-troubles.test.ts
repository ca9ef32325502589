/** `npm start` where it can't: it says why in a sentence, at once. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { supervisedProject } from './supervised-project.ts';

const OLD_NODE = '/usr/bin/node';

test('a data folder that can not be made is reported by the name of its setting', async () => {
  const project = await supervisedProject();
  const file = join(project.root, 'file');
  writeFileSync(file, '');
  const places = [join(file, 'data'), join(file, 'more', 'data'), file];
  if (existsSync('/proc/self')) places.push('/proc/no-such', '/proc/no-such/data');
  for (const place of places) {
    const { code, stderr } = project.start({ LOCKSTEP_DATA_DIR: place });
    expect(stderr).toContain(
      `lockstep did not start: LOCKSTEP_DATA_DIR: ${place} cannot be made: `,
    );
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(78);
  }
  expect(project.processes()).toEqual([]);
});

test('on Node.js 20, without packages, it says what to run', async (ctx) => {
  const version = existsSync(OLD_NODE)
    ? execFileSync(OLD_NODE, ['--version'], { encoding: 'utf8' })
    : '';
  ctx.skip(!version.startsWith('v20.'), `${OLD_NODE} is not Node.js 20`);
  const project = await supervisedProject();
  rmSync(join(project.root, 'node_modules'));
  const start = join(project.root, 'supervisor/start.mjs');
  const { status, stderr } = spawnSync(OLD_NODE, [start], { encoding: 'utf8', cwd: project.root });
  expect(stderr).toBe(
    `lockstep did not start: the packages are missing in ${project.root}: run npm ci there\n`,
  );
  expect(status).toBe(78);
});
