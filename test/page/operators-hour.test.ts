/**
 * An operator's hour: a node dies, a rollback sticks, a key diverges, a bulk load floods. Each is found, understood and
 * mended from the page alone, and again from a terminal alone, without the log. Clicks and commands are counted, and
 * compared with docs/operate/an-hour.md.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ErrorReply, isError } from '../../src/client/index.ts';
import { until } from '../observe/support/until.ts';
import { type Nodesim, startNode } from '../support/nodesim.ts';
import { commandsOf } from '../support/page-commands.ts';
import { noTerminal } from '../support/run-cli.ts';
import { Hour } from './support/hour.ts';
import { PageOperator, TerminalOperator } from './support/operator.ts';
import { shareStage } from './support/stage.ts';
import { stickOne } from './support/trouble.ts';

const GUIDE = 'docs/operate/an-hour.md';
const FLOOD = 20_000;
/** As many as one frame holds. */
const BATCH = 5_000;
/** Of a node under the flood, ms: its 32 connections pass 160 creates a second. */
const SLOW_MS = 200;
const DAY_MS = 86_400_000;

/** In a process of its own: it can die. */
let node02: Nodesim;
const hour = new Hour();

beforeAll(async () => {
  node02 = await startNode('node02');
  return async () => node02[Symbol.asyncDispose]();
});

const { cluster, logIn } = shareStage({
  nodesim: { nodes: ['node01', 'node03'] },
  nodes: (sim) => [...sim.nodes.split(','), node02.nodes].sort().join(','),
  env: {
    LOCKSTEP_OPEN_MAX: '21000',
    // A machine that others use too.
    LOCKSTEP_REQUEST_TIMEOUT_MS: '3000',
    LOCKSTEP_QUIESCE_MS: '3500',
  },
});

afterAll(() => {
  if (hour.isOver) process.stdout.write(`${hour.table()}\n`);
});

async function atThePage(): Promise<PageOperator> {
  return new PageOperator((await logIn()).page);
}

function atATerminal(): TerminalOperator {
  const { endpoint, opsUrl } = cluster.daemon;
  return new TerminalOperator({
    LOCKSTEP_ENDPOINT: endpoint,
    LOCKSTEP_OPS_PORT: new URL(opsUrl).port,
  });
}

function answered<Value extends object>(answer: Value | ErrorReply): Value {
  if (isError(answer)) throw new Error(answer.error.message);
  return answer;
}

/** The node dies under load. */
async function killNode(): Promise<void> {
  await node02.kill9();
  const keys = Array.from({ length: 20 }, (_, index) => `under-way-${Date.now()}-${index}`);
  await Promise.all(
    keys.map((key) => cluster.client.create(key, { wait: 'accepted', deadlineMs: DAY_MS })),
  );
}

async function isSettled(id: string, state: string): Promise<void> {
  await until(async () => {
    const answer = await cluster.client.status(id);
    return 'state' in answer && answer.state === state;
  }, 30_000);
}

async function allSettled(): Promise<void> {
  await until(async () => {
    const answer = await cluster.client.summary();
    return 'open' in answer && answer.open === 0;
  }, 30_000);
}

/** On one node, behind the daemon's back. */
async function removeRecord(key: string): Promise<void> {
  await cluster.client.create(key);
  const body = JSON.stringify({ groupId: key });
  await fetch(`${cluster.sim.urls['node01']}/group`, { method: 'DELETE', body });
}

async function flood(name: string): Promise<void> {
  for (const sim of [cluster.sim, node02]) {
    await sim.setFaults('*', {
      slow: 1,
      slowMs: [SLOW_MS, SLOW_MS],
      slowEffect: 'before',
      on: ['create'],
    });
  }
  const batches = Array.from({ length: FLOOD / BATCH }, (_, number) =>
    Array.from({ length: BATCH }, (_, index) => ({
      op: 'create' as const,
      groupId: `${name}-${number}-${index}`,
      lane: 'bulk' as const,
      wait: 'accepted' as const,
      ifUnavailable: 'wait' as const,
      deadlineMs: DAY_MS,
    })),
  );
  const answers = await Promise.all(batches.map((commands) => cluster.client.batch(commands)));
  for (const answer of answers) expect(answered(answer).results.find(isError)).toBeUndefined();
}

async function ebb(): Promise<void> {
  for (const sim of [cluster.sim, node02]) await sim.clearFaults();
}

/** Ten interactive commands under the flood: the slowest, ms. */
async function slowestOfTen(name: string): Promise<number> {
  const begun = performance.now();
  const keys = Array.from({ length: 10 }, (_, index) => `${name}-${index}`);
  const times = keys.map(async (key) => {
    expect(await cluster.client.create(key)).toMatchObject({ state: 'committed' });
    return performance.now() - begun;
  });
  return Math.round(Math.max(...(await Promise.all(times))));
}

test('P10: a node dies: the page names it, and lets commands wait for its return', async () => {
  const operator = await atThePage();
  const incident = hour.begin('a node dies', 'page');
  await killNode();
  const problem = /^The breaker of node02 is open: .*ECONNREFUSED/;
  await operator.see(operator.page.getByRole('link', { name: problem }));
  incident.found();
  await operator.see(/Bring the node back: .* closes by itself/);
  await operator.click('link', problem);
  await operator.see(/^not called$|^on trial$/);
  await operator.act('Drain node02', 'Drain node02');
  await operator.see('node02 is drained.');
  await cluster.client.create('waits-1', { id: 'waits-1', wait: 'accepted', deadlineMs: DAY_MS });
  await node02.restart();
  await operator.see(operator.page.locator('article', { hasText: 'node02' }).getByText(/^called$/));
  await operator.act('Undrain node02', 'Undrain node02');
  await isSettled('waits-1', 'committed');
  incident.mended(operator.steps);
});

test('P5, P10: a rollback sticks: the page shows the node, and says what to do', async () => {
  const operator = await atThePage();
  const incident = hour.begin('a rollback sticks', 'page');
  await stickOne(cluster, 'stuck-1');
  await operator.see('1 command is stuck');
  incident.found();
  await operator.click('link', '1 command is stuck');
  await operator.see(
    operator.page.getByRole('row').filter({ hasText: /node03: [45]\d\d .*simulated fault/ }),
  );
  await operator.click('link', 'stuck-1');
  await operator.see(/Fix node03: then it ends by itself/);
  await operator.see(
    operator.page.locator('ol.story').getByText('people were notified', { exact: false }),
  );
  await cluster.sim.clearFaults();
  await operator.act('Retry now', 'Retry the command');
  await operator.see('All nodes are as they were before the command.');
  incident.mended(operator.steps);
});

test('P1, P10: a key diverges: an audit of the page finds it, and repairs it after a question', async () => {
  const operator = await atThePage();
  const incident = hour.begin('a key diverges', 'page');
  await removeRecord('lost-1');
  await operator.click('link', 'Audit');
  await operator.click('button', 'Start an audit');
  const finding = operator.page.getByRole('row').filter({ hasText: 'lost-1' });
  expect(await operator.see(finding)).toMatch(/missing.*present.*node01 absent.*create/);
  incident.found();
  await operator.act('Repair 1 key…', 'Repair 1 key');
  await operator.see('All compared keys are as they should be');
  expect(await cluster.sim.list('node01')).toContain('lost-1');
  incident.mended(operator.steps);
});

test.skipIf(noTerminal)(
  'P10: a node dies: lockstep status names it, and lockstep node drain lets commands wait',
  async () => {
    const operator = atATerminal();
    const incident = hour.begin('a node dies', 'terminal');
    await using watched = await operator.watch('lockstep status --watch');
    await killNode();
    expect(await watched.see(/the breaker of node02 is open/)).toMatch(/ECONNREFUSED/);
    incident.found();
    expect(await operator.type('lockstep node drain node02')).toMatch(
      /node02 +drained since .*new commands wait/,
    );
    await cluster.client.create('waits-2', { id: 'waits-2', wait: 'accepted', deadlineMs: DAY_MS });
    await node02.restart();
    await watched.see(/node02 +closed/);
    expect(await operator.type('lockstep node undrain node02')).toMatch(/node02 +in use/);
    await isSettled('waits-2', 'committed');
    incident.mended(operator.typed.length);
    hour.typed.push(...operator.typed);
  },
);

test.skipIf(noTerminal)(
  'P5, P10: a rollback sticks: from lockstep status to its end in five commands',
  async () => {
    const operator = atATerminal();
    const incident = hour.begin('a rollback sticks', 'terminal');
    await stickOne(cluster, 'stuck-2');
    expect(await operator.type('lockstep status')).toMatch(/1 stuck: lockstep list --stuck/);
    incident.found();
    expect(await operator.type('lockstep list --stuck')).toMatch(/stuck-2.*node03: [45]\d\d/);
    const why = await operator.type('lockstep status stuck-2 --story');
    expect(why).toMatch(/fix the node that fails/);
    expect(why).toMatch(/node03 +\S+ +\d+ +[45]\d\d/);
    await cluster.sim.clearFaults();
    await operator.type('lockstep retry stuck-2');
    expect(await operator.type('lockstep wait stuck-2')).toMatch(/rolled_back/);
    incident.mended(operator.typed.length);
    hour.typed.push(...operator.typed);
  },
);

test.skipIf(noTerminal)(
  'P1, P10: a key diverges: lockstep audit finds it, and repairs it after a question',
  async () => {
    const operator = atATerminal();
    const incident = hour.begin('a key diverges', 'terminal');
    await removeRecord('lost-2');
    expect(await operator.type('lockstep audit')).toMatch(/lost-2/);
    incident.found();
    expect(await operator.type('lockstep audit --repair', 'y')).toMatch(/lost-2/);
    expect(await cluster.sim.list('node01')).toContain('lost-2');
    incident.mended(operator.typed.length);
    hour.typed.push(...operator.typed);
  },
);

// The floods come last: audits would compare their keys too.
test('P6, P9, P10: a bulk load floods: the page shows it, pauses it, and cancels what waits', async () => {
  const operator = await atThePage();
  const incident = hour.begin('a bulk load floods', 'page');
  await flood('flood-1');
  await operator.see(/^[\d,]+ of at most 21,000 commands are open$/);
  incident.found();
  incident.note(`the slowest of ten interactive commands took ${await slowestOfTen('among-1')} ms`);
  await operator.act('Pause the lane bulk', 'Pause bulk');
  await operator.click('link', /^bulk +lane: its open commands$/);
  await operator.click('button', 'Cancel…');
  const question = operator.page.getByRole('dialog', { name: /^Cancel [\d,]+ commands\?$/ });
  const many = /[\d,]+ commands/.exec(await operator.see(question.getByRole('heading')))?.[0] ?? '';
  await operator.click('button', `Cancel ${many}`);
  await operator.see(`Done for ${many}.`);
  await operator.click('link', 'Overview');
  await operator.act('Resume the lane bulk', 'Resume bulk');
  await allSettled();
  incident.mended(operator.steps);
  await ebb();
});

test.skipIf(noTerminal)(
  'P6, P9, P10: a bulk load floods: a terminal shows it, pauses it, and cancels what waits',
  async () => {
    const operator = atATerminal();
    const incident = hour.begin('a bulk load floods', 'terminal');
    await flood('flood-2');
    expect(await operator.type('lockstep status')).toMatch(
      /\d+ of at most 21000 commands are open/,
    );
    incident.found();
    incident.note(
      `the slowest of ten interactive commands took ${await slowestOfTen('among-2')} ms`,
    );
    expect(await operator.type('lockstep pause bulk')).toMatch(/bulk .* paused since/);
    expect(await operator.type('lockstep cancel --lane bulk', 'y')).toMatch(/cancel/i);
    await operator.type('lockstep resume bulk');
    await allSettled();
    incident.mended(operator.typed.length);
    hour.typed.push(...operator.typed);
    await ebb();
  },
);

test('docs/operate/an-hour.md has the clicks and the commands of this run', () => {
  const page = readFileSync(join(import.meta.dirname, '../..', GUIDE), 'utf8');
  for (const row of hour.counts()) expect(page).toContain(row);
  const commands = hour.typed
    .filter((each) => each !== 'y')
    .map((each) => each.replace('stuck-2', 'ID'));
  expect(commandsOf(GUIDE)).toEqual(commands);
});
