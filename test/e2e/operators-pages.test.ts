/**
 * Pages for operators, typed as they stand into a shell: docs/operate/first-day.md, then docs/operate/upgrade.md on the
 * journal of that day. The new version is this one with one more step of the schema.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { LockstepClient } from '../../src/client/index.ts';
import { MIGRATIONS } from '../../src/journal/sqlite/migrations/index.ts';
import { type Nodesim, startNodesim } from '../support/nodesim.ts';
import { commandsOf, type Typed, typeAll } from '../support/page-commands.ts';
import { copyProject, type ProjectCopy } from '../support/project-copy.ts';

const FIRST_DAY = 'docs/operate/first-day.md';
const UPGRADE = 'docs/operate/upgrade.md';
const NEW_VERSION = '9.0.0';
/** A built copy has its packages. */
const INSTALL = 'npm ci';

let copy: ProjectCopy;
let sim: Nodesim;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  const acts: (() => Promise<void>)[] = [];
  copy = await copyProject((act) => acts.push(act));
  sim = await startNodesim();
  acts.push(async () => sim[Symbol.asyncDispose]());
  env = { LOCKSTEP_NODES: sim.nodes, LOCKSTEP_SYSLOG_ADDRESS: 'none' };
  return async () => {
    for (const act of acts.reverse()) await act();
  };
}, 120_000);

/** With `bin` in the path, and the operator's token once there is one. */
function type(commands: readonly string[], instead: Readonly<Record<string, string>> = {}) {
  const token = join(copy.root, 'me.token');
  const setUp = `export PATH="$PWD/bin:$PATH"; [ ! -e ${token} ] || export LOCKSTEP_TOKEN_FILE=${token}`;
  return typeAll(copy, [setUp, ...commands], { env, instead }).then(([, ...typed]) => typed);
}

function codesOf(typed: readonly Typed[]) {
  return typed.map(({ command, code }) => [command, code]);
}

function shown(typed: readonly Typed[], command: string, which = 0): string {
  return typed.filter((each) => each.command === command)[which]?.stdout ?? '';
}

function failed(doctor: string): readonly string[] {
  return [...doctor.matchAll(/^(?:fail|warn) +(\S+)/gm)].map(([, check = '']) => check);
}

async function withClient<T>(ask: (client: LockstepClient) => Promise<T>): Promise<T> {
  const token = readFileSync(join(copy.root, 'me.token'), 'utf8').trim();
  const client = await LockstepClient.connect({ endpoint: copy.endpoint, token });
  try {
    return await ask(client);
  } finally {
    client.close();
  }
}

/** This version with one more step of the schema, in place of the old one; or the old one again. */
function install(version: 'new' | 'old'): void {
  const path = join(copy.root, 'dist/journal/sqlite/migrations/index.js');
  const step = `MIGRATIONS.push({ version: ${MIGRATIONS.length + 1}, name: 'later', sql: 'ALTER TABLE command ADD COLUMN later TEXT' });\n`;
  const text = readFileSync(path, 'utf8').replace(step, '');
  writeFileSync(path, version === 'new' ? `${text}\n${step}` : text);
  const manifest = join(copy.root, 'package.json');
  const parsed = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  writeFileSync(
    manifest,
    JSON.stringify({ ...parsed, version: version === 'new' ? NEW_VERSION : '0.1.0' }),
  );
}

test('the first day: every command does what the page says', async () => {
  const typed = await type(commandsOf(FIRST_DAY), { [INSTALL]: ':' });
  const expected: Readonly<Record<string, readonly number[]>> = {
    // Before the start, and with a list of clients that sockets do not ask for.
    'lockstep doctor': [1, 1],
    'lockstep doctor --try canary-1': [1],
  };
  const seen = Map.groupBy(typed, ({ command }) => command);
  for (const [command, runs] of seen) {
    const codes = runs.map(({ code }) => code);
    expect([command, codes], runs.map(({ stdout }) => stdout).join('')).toEqual([
      command,
      expected[command] ?? codes.map(() => 0),
    ]);
  }
  const notYet = ['daemon', 'operators', 'operators'];
  expect(failed(shown(typed, 'lockstep doctor'))).toEqual(notYet);
  const tried = shown(typed, 'lockstep doctor --try canary-1');
  expect(failed(tried)).toEqual(notYet);
  expect(tried.match(/ok {4}canary node0/g)).toHaveLength(3);
  expect(failed(shown(typed, 'lockstep doctor', 1))).toEqual(['protection']);
  expect(shown(typed, 'lockstep ping')).toContain('pid ');
}, 120_000);

test('P3, P5: an upgrade that changes the schema keeps what is settled and goes on with what is open; so does the way back', async () => {
  await sim.setFaults('node02', { noAnswer: 1, noAnswerEffect: false, on: ['create'] });
  onTestFinished(() => sim.clearFaults());
  const before = await withClient(async (client) => [
    await client.create('open', { id: 'open', wait: 'accepted', deadlineMs: 600_000 }),
    await client.delete('settled', { id: 'settled' }),
  ]);
  expect(before).toMatchObject([{ id: 'open' }, { state: 'refused', reason: 'not_found' }]);

  const stopped = await type(commandsOf(UPGRADE, 'before'));
  expect(codesOf(stopped)).toEqual([
    ['lockstep backup before-upgrade.db', 0],
    ['npm stop', 0],
  ]);
  await sim.clearFaults();
  install('new');
  const started = await type(commandsOf(UPGRADE, 'after'), { [INSTALL]: ':' });
  expect(codesOf(started).filter(([, code]) => code !== 0)).toEqual([['lockstep doctor', 1]]);
  expect(failed(shown(started, 'lockstep doctor'))).toEqual(['protection']);
  expect(shown(started, 'lockstep status')).toContain(`lockstepd ${NEW_VERSION}`);
  await expect
    .poll(() => withClient((client) => client.status('open')), { timeout: 20_000 })
    .toMatchObject({ state: 'committed' });
  // Its outcome is the one from before, though the key is free now.
  await withClient((client) => client.create('settled'));
  const again = await withClient((client) => client.delete('settled', { id: 'settled' }));
  expect(again).toMatchObject({ state: 'refused', reason: 'not_found' });

  // The old version says why it reads that journal no longer; with the journal of before it starts.
  expect(codesOf(await type(['npm stop']))).toEqual([['npm stop', 0]]);
  install('old');
  const refused = await type(['timeout 60 lockstepd']);
  expect(refused[0]?.stdout).toContain('is of a newer lockstep');
  const back = await type(commandsOf(UPGRADE, 'back'), { [INSTALL]: ':' });
  expect(codesOf(back).filter(([, code]) => code !== 0)).toEqual([]);
  const found = await withClient((client) => client.status('open'));
  expect(found).toMatchObject({ held: true });
}, 180_000);
