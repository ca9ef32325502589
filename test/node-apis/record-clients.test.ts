/** The examples of the protocol page that send a record, as written, through a real daemon to real JSON APIs. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { CLI } from '../support/run-cli.ts';
import type { ApiNode } from './apis/api.ts';
import { users } from './apis/users.ts';
import { direct, type Stage, stage } from './stage.ts';

const ROOT = join(import.meta.dirname, '../..');
const ENDPOINT = 'tcp://127.0.0.1:5570';
const PYTHON = ['python3', '/usr/bin/python3'].find(
  (name) => spawnSync(name, ['-c', 'import zmq']).status === 0,
);
/** By language. */
const EXAMPLES = readExamples();

function readExamples(): Readonly<Record<string, string>> {
  const page = readFileSync(join(ROOT, 'docs/protocol.md'), 'utf8');
  const section = /#### Sending a record\n(.*?)\n## /s.exec(page)?.[1] ?? '';
  const blocks = [...section.matchAll(/```(\w+)\n(.*?)```/gs)];
  return Object.fromEntries(blocks.map(([, language = '', text = '']) => [language, text]));
}

function run(command: string, args: readonly string[], { client }: Stage): string {
  const env = { PATH: process.env['PATH'], LOCKSTEP_ENDPOINT: client.endpoint };
  const { stdout, stderr } = spawnSync(command, args, { env, encoding: 'utf8', timeout: 60_000 });
  expect(stderr).toBe('');
  return stdout;
}

/** How each language runs a text. */
const RUNNERS: Readonly<Record<string, (text: string, scene: Stage) => string>> = {
  sh: (text, scene) => {
    const line = text.replace(/^lockstep /, `'${process.execPath}' '${CLI}' `);
    return run('sh', ['-c', line], scene);
  },
  python: (text, scene) =>
    run(PYTHON ?? '', ['-c', text.replace(ENDPOINT, scene.client.endpoint)], scene),
  ts: (text, scene) => {
    const file = join(dirname(scene.config), 'example.ts');
    const own = join(ROOT, 'src/client/index.ts');
    writeFileSync(
      file,
      text.replace(ENDPOINT, scene.client.endpoint).replace("'lockstep-client'", `'${own}'`),
    );
    return run(process.execPath, ['--no-warnings', file], scene);
  },
};

test('P1: a record from the shell, from Python and from TypeScript is on every node', {
  timeout: 120_000,
}, async (ctx) => {
  if (PYTHON === undefined) return ctx.skip('no python3 with zmq here (Debian: python3-zmq)');
  expect(Object.keys(EXAMPLES)).toEqual(Object.keys(RUNNERS));
  const scene = await stage(users, direct, users.content?.changes);
  for (const [language, runner] of Object.entries(RUNNERS)) {
    expect(runner(EXAMPLES[language] ?? '', scene), language).toContain('committed');
  }
  const read = (node: ApiNode, key: string) => users.content?.read(node, key);
  for (const node of scene.nodes.values()) {
    expect(await node.keys()).toEqual(['ann', 'bob', 'cleo']);
    for (const name of ['Ann', 'Bob', 'Cleo']) {
      expect(await read(node, name.toLowerCase())).toEqual({ name });
    }
  }
});
