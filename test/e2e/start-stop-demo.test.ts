/**
 * The command lines of the README, in a copy of the project: npm start, the command line, npm stop,
 * the demo.
 */
import { mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyProject, type ProjectCopy } from '../support/project-copy.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** A home and a folder for temporary files of its own, so that leftovers are visible. */
function strangers() {
  const folder = tempFolder();
  const [home, temporary] = [mkdtempSync(join(folder, 'h')), mkdtempSync(join(folder, 't'))];
  return {
    env: { HOME: home, TMPDIR: temporary },
    left: () => [home, temporary].flatMap((path) => readdirSync(path)).filter(isNotOfNpm),
  };
}

/** npm keeps its logs in the home, and its compiled code among the temporary files. */
function isNotOfNpm(name: string): boolean {
  return name !== '.npm' && name !== 'node-compile-cache';
}

function lockstep(project: ProjectCopy, ...args: readonly string[]) {
  return project.run([join(project.root, 'bin/lockstep'), ...args]);
}

test('npm start, the command line and npm stop work together, and leave nothing', async () => {
  const project = await copyProject();
  const { env, left } = strangers();
  const before = readdirSync(project.root);
  const started = await project.run(['npm', 'start'], env);
  expect(started.code, started.stderr).toBe(0);

  expect(await lockstep(project, 'ping')).toMatchObject({ code: 0 });
  expect(await lockstep(project, 'create-one', 'a key')).toMatchObject({ code: 0 });
  expect(await lockstep(project, 'create-one', 'a key')).toMatchObject({ code: 1 });
  expect(await lockstep(project, 'create', '0..199')).toMatchObject({ code: 0 });
  const stats = await lockstep(project, 'stats', '--json');
  const node = { count: 201 };
  expect(JSON.parse(stats.stdout)).toMatchObject({
    consistent: true,
    nodes: { node01: node, node02: node, node03: node },
  });
  expect(await lockstep(project, 'delete', '0..199')).toMatchObject({ code: 0 });
  expect(await lockstep(project, 'delete-one', 'no key')).toMatchObject({ code: 1 });
  expect(await lockstep(project, 'create-one')).toMatchObject({ code: 2 });
  const status = await lockstep(project, 'status', '--json');
  expect(JSON.parse(status.stdout)).toMatchObject({ open: 0, settled: { committed: 401 } });

  expect(await project.run(['npm', 'stop'], env)).toMatchObject({ code: 0 });
  expect(await lockstep(project, 'ping')).toMatchObject({ code: 3 });
  expect(project.processes()).toEqual([]);
  expect(readdirSync(project.root)).toEqual([...before, 'data'].sort());
  expect(left()).toEqual([]);
});

test('npm run demo creates a hundred records under faults, each time on nodes of its own', async () => {
  const project = await copyProject();
  const { env, left } = strangers();
  expect(await project.run(['npm', 'start'], env)).toMatchObject({ code: 0 });
  expect(await lockstep(project, 'create-one', 'mine')).toMatchObject({ code: 0 });
  let endpoint = '';
  for (const round of ['first', 'second']) {
    const { code, stdout, stderr } = await project.run(['npm', 'run', 'demo'], env);
    expect(code, `${round}: ${stdout}${stderr}`).toBe(0);
    expect(stdout).toContain('All records are on all nodes.');
    expect(stdout).toMatch(/\d+ of \d+ calls to nodes failed \((1|2)\d %\)/);
    // It leaves its services running.
    endpoint = /bin\/lockstep stats --endpoint (\S+)/.exec(stdout)?.[1] ?? '';
    const own = ['--endpoint', endpoint];
    expect(await lockstep(project, 'create-one', round, ...own)).toMatchObject({ code: 0 });
  }
  // The data of the users is unchanged.
  const stats = await lockstep(project, 'stats', '--json');
  expect(JSON.parse(stats.stdout)).toMatchObject({ nodes: { node01: { count: 1 } } });
  expect(await lockstep(project, 'delete-one', 'mine')).toMatchObject({ code: 0 });

  const stopped = await project.run(['npm', 'stop'], env);
  expect(stopped.stdout).toContain('lockstep is stopped.\nThe demo is stopped.\n');
  expect(project.processes()).toEqual([]);
  expect(left()).toEqual([]);
});

test('two copies beside each other do not meet', async () => {
  const [one, other] = await Promise.all([copyProject(), copyProject()]);
  for (const { code, stderr } of [
    await one.run(['npm', 'start']),
    await other.run(['npm', 'start']),
  ]) {
    expect(code, stderr).toBe(0);
  }
  expect(await lockstep(one, 'create-one', 'mine')).toMatchObject({ code: 0 });
  const seen = JSON.parse((await lockstep(other, 'stats', '--json')).stdout);
  expect(seen).toMatchObject({ consistent: true, nodes: { node01: { count: 0 } } });
  const running = other.processes();
  expect(await one.run(['npm', 'stop'])).toMatchObject({ code: 0 });
  expect(one.processes()).toEqual([]);
  expect(other.processes()).toEqual(running);
  expect(await lockstep(other, 'create-one', 'theirs')).toMatchObject({ code: 0 });
  expect(await other.run(['npm', 'stop'])).toMatchObject({ code: 0 });
  expect(other.processes()).toEqual([]);
});
