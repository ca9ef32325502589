/**
 * Every npm script, run in a copy of the project whose shell and configuration file name the
 * cluster of another project: people export LOCKSTEP_NODES for their daemon and forget it.
 */
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compositionUp } from '../container/support/composition.ts';
import { type BuiltCopy, buildCopy } from '../support/built-copy.ts';
import { type ForeignCluster, startForeignCluster } from '../support/foreign-cluster.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
/** Files of a checkout that the copy lacks. */
const SOURCES = ['src', 'test', 'tools', 'bench', 'tsconfig.json', 'tsconfig.build.json']
  .concat(['biome.json', '.oxlintrc.json', 'knip.json', 'vitest.config.ts', '.gitignore'])
  .concat(['package-lock.json', 'docker-compose.yml', 'Dockerfile', 'README.md', 'CHANGELOG.md']);

/** The call of each script here. */
const RUN: Readonly<Record<string, readonly string[]>> = {
  build: [],
  prepare: [],
  format: [],
  'format:check': [],
  lint: [],
  types: [],
  layers: [],
  'dead-code': [],
  // One test file with real processes represents all: one place removes the shell's settings for
  // them.
  test: ['--', 'test/e2e/protocol.test.ts'],
  // Without a Docker engine, which a test can't rely on; the settings that it passes to compose are
  // checked below.
  'test:container': [],
  simulate: ['--', '--seeds', '5'],
  chaos: ['--', '--minutes', '0.05'],
  fuzz: ['--', '--frames', '2000'],
  bench: ['--', 'commands', '--small'],
  demo: [],
  // Last, because it removes files that the others need.
  clean: [],
};

/** Scripts that are not run here, and the reasons. */
const NOT_RUN: Readonly<Record<string, string>> = {
  start: 'starts the daemon of the nodes that are configured: that is what it is for',
  'pack:client': 'test/e2e/client-package.test.ts installs what it packs',
  stop: 'ends what start has started, and sends nothing to nodes',
  siege: 'starts nodes and daemon as the fuzz does, and measures times that this load would spoil',
  verify: 'runs others of this table one by one, see below',
};

let project: BuiltCopy;
let foreign: ForeignCluster;

beforeAll(async () => {
  project = await buildCopy();
  for (const path of SOURCES) {
    cpSync(join(PROJECT, path), join(project.root, path), { recursive: true });
  }
  foreign = await startForeignCluster(join(project.root, 'data'));
  foreign.writeConfig(project.root);
  // The client fails, so no engine is found.
  mkdirSync(join(project.root, 'data/bin'));
  program(join(project.root, 'data/bin/docker'), 'exit 1');
});

afterAll(async () => {
  await foreign[Symbol.asyncDispose]();
  await project[Symbol.asyncDispose]();
});

function program(file: string, line: string): void {
  writeFileSync(file, `#!/bin/sh\n${line}\n`);
  chmodSync(file, 0o755);
}

async function leavesItAlone(
  command: readonly [string, ...string[]],
  more: NodeJS.ProcessEnv = {},
): Promise<void> {
  const path = `${join(project.root, 'data/bin')}:${process.env['PATH']}`;
  const TMPDIR = join(project.root, 'data/tmp');
  mkdirSync(TMPDIR, { recursive: true });
  const env = { ...foreign.env, PATH: path, TMPDIR, ...more };
  const { code, stdout, stderr } = await project.run(command, env);
  expect(foreign.touched(), `${stdout}${stderr}`).toEqual([]);
  expect(code, `${stdout}${stderr}`).toBe(0);
  // It ends the processes that it started; the services of the demo continue.
  if (!command.includes('demo')) expect(project.processes()).toEqual([]);
}

function scripts(): Readonly<Record<string, string>> {
  const text = readFileSync(join(PROJECT, 'package.json'), 'utf8');
  return (JSON.parse(text) as { scripts: Record<string, string> }).scripts;
}

describe('a cluster that is named by variable and by configuration file', () => {
  test.each(Object.entries(RUN))(
    'gets no request from npm run %s',
    async (script, args) => {
      await leavesItAlone(['npm', 'run', script, ...args]);
      if (script === 'demo') await leavesItAlone(['npm', 'stop']);
    },
    400_000,
  );

  test('gets none from the demo either where its daemon is named, too', async () => {
    await project.run(['npm', 'run', 'build']);
    await leavesItAlone(['npm', 'run', 'demo'], foreign.daemonEnv);
    await leavesItAlone(['npm', 'stop'], foreign.daemonEnv);
  });

  test('gets none from the containers of the tests either', async () => {
    const folder = join(project.root, 'data/compose');
    mkdirSync(folder);
    const fake = join(folder, 'compose');
    program(fake, `echo "$@" >> ${folder}/words; env >> ${folder}/env; exit 1`);
    const named = { ...foreign.env, ...foreign.daemonEnv };
    Object.assign(process.env, named);
    try {
      await expect(compositionUp([fake])).rejects.toThrow();
    } finally {
      for (const name of Object.keys(named)) delete process.env[name];
    }
    expect(readFileSync(join(folder, 'words'), 'utf8')).toMatch(/^--env-file \S+ -f .* up -d/m);
    const given = readFileSync(join(folder, 'env'), 'utf8').split('\n');
    const sent = given.filter((line) => Object.values(named).some((value) => line.includes(value)));
    expect(sent).toEqual([]);
  });

  test('no npm script is forgotten here', () => {
    const known = [...Object.keys(RUN), ...Object.keys(NOT_RUN)];
    expect(Object.keys(scripts()).sort()).toEqual(known.sort());
  });

  test('npm run verify runs nothing but npm scripts that are run here', () => {
    const steps = (scripts()['verify'] ?? '').split(' && ');
    const names = steps.map((step) => /^npm (?:run )?([\w:-]+)(?: -- .*)?$/.exec(step)?.[1]);
    expect(names.filter((name) => name === undefined || !(name in RUN))).toEqual([]);
  });
});
