/** The launchers in `bin/` find their project and a suitable Node from any folder. */
import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../support/temp-folder.ts';
import { PROJECT, run, write } from './temp-project.ts';

const LAUNCHERS = [
  ['lockstep', 'dist/cli/main.js'],
  ['lockstepd', 'dist/daemon.js'],
  ['nodesim', 'dist/nodesim/main.js'],
] as const;
const SCRIPT = 'console.log(JSON.stringify([process.version, ...process.argv.slice(1)]));';

/** A project with the launchers and their scripts; `own` puts the project's own Node in. */
function projectWith({ own, built = true }: { own: boolean; built?: boolean }): string {
  const root = join(tempFolder(), 'a project');
  cpSync(join(PROJECT, 'bin'), join(root, 'bin'), { recursive: true });
  write(root, 'package.json', '{"type":"module"}');
  if (built) for (const [, script] of LAUNCHERS) write(root, script, SCRIPT);
  if (own) {
    mkdirSync(join(root, 'node_modules/node/bin'), { recursive: true });
    symlinkSync(process.execPath, join(root, 'node_modules/node/bin/node'));
  }
  return root;
}

/** A folder for PATH whose `node` reports this version and then does nothing. */
function folderWithNode(version: string): string {
  const folder = tempFolder();
  write(folder, 'node', `#!/bin/sh\necho ${version}\n`);
  chmodSync(join(folder, 'node'), 0o755);
  return folder;
}

const oldNodeFirst = (): NodeJS.ProcessEnv => ({
  PATH: `${folderWithNode('v20.20.2')}:/usr/bin:/bin`,
});

describe.each(LAUNCHERS)('bin/%s', (name, script) => {
  it('runs its script on the own Node of the project, with an old one first in PATH', () => {
    const root = projectWith({ own: true });
    const { stdout } = run([join(root, 'bin', name), 'one two', '--three'], {
      cwd: '/',
      env: oldNodeFirst(),
    });
    expect(JSON.parse(stdout)).toEqual([process.version, join(root, script), 'one two', '--three']);
  });

  it.each([
    ['an absolute link', (root: string) => join(root, 'bin', name)],
    ['a relative link', () => `../../a project/bin/${name}`],
  ])('is found through %s', (_, targetOf) => {
    const root = projectWith({ own: true });
    const link = join(root, '..', 'usr', 'bin', name);
    mkdirSync(join(link, '..'), { recursive: true });
    symlinkSync(targetOf(root), link);
    const second = join(root, '..', 'second');
    symlinkSync(`usr/bin/${name}`, second);
    for (const each of [link, second]) {
      expect(run([each], { cwd: '/', env: oldNodeFirst() }).stdout).toContain(join(root, script));
    }
  });

  it('M5: prefers the Node in PATH, if it is new enough, to the own one of the project', () => {
    const root = projectWith({ own: true });
    const PATH = `${folderWithNode('v24.99.0')}:/usr/bin:/bin`;
    // The one in PATH does nothing but report its version.
    expect(run([join(root, 'bin', name)], { cwd: '/', env: { PATH } }).stdout).toBe('v24.99.0\n');
  });

  it('without an own Node runs on the one in PATH, if it is new enough', () => {
    const root = projectWith({ own: false });
    const folder = tempFolder();
    symlinkSync(process.execPath, join(folder, 'node'));
    const { stdout } = run([join(root, 'bin', name)], {
      cwd: '/',
      env: { PATH: `${folder}:/usr/bin:/bin` },
    });
    expect(JSON.parse(stdout)).toEqual([process.version, join(root, script)]);
  });

  it('ends with 78 and names the version when the only Node is too old', () => {
    const root = projectWith({ own: false });
    const { code, stderr } = run([join(root, 'bin', name)], { cwd: '/', env: oldNodeFirst() });
    expect(stderr).toMatch(
      new RegExp(`^${name}: needs Node\\.js 24 or newer, and .*/node is v20\\.20\\.2\n$`),
    );
    expect(code).toBe(78);
  });

  it('ends with 78 and says so when it was not built', () => {
    const root = projectWith({ own: true, built: false });
    const { code, stderr } = run([join(root, 'bin', name)], { cwd: '/' });
    expect(stderr).toBe(
      `${name}: ${join(root, script)} is missing: run npm run build in ${root}\n`,
    );
    expect(code).toBe(78);
  });
});

describe('the launchers', () => {
  it('differ only in what they run', () => {
    const bodies = LAUNCHERS.map(([name, script]) =>
      readFileSync(join(PROJECT, 'bin', name), 'utf8').replaceAll(script, 'SCRIPT'),
    );
    const lines = bodies.map((body) => body.split('\n').filter((line) => !line.startsWith('#')));
    expect(new Set(lines.map((each) => each.join('\n'))).size).toBe(1);
  });
});

it('L4: bin/lockstepd names a limit of address space that is too low for Node.js', () => {
  const root = projectWith({ own: true });
  const line = `ulimit -v 2000000; exec "${join(root, 'bin/lockstepd')}"`;
  const { code, stderr } = run(['sh', '-c', line], { cwd: '/', env: oldNodeFirst() });
  expect(stderr).toContain(
    'the limit of address space is 2000000 KiB (ulimit -v), and Node.js needs',
  );
  expect(code).toBe(78);
});
