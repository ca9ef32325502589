/** Every bench runs once at a tiny size, so that none rots. Their figures mean nothing here. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { GOALS, type Goal, type Judged } from '../../bench/rig/goals.ts';
import { postgresMissing } from '../support/postgres.ts';

const BENCH = join(import.meta.dirname, '../../bench');
const dir = mkdtempSync(join(tmpdir(), 'lockstep-bench-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const json = join(dir, 'figures.json');
const SMALL = ['--small', '--dir', dir, '--json', json];
/** Those that no goal belongs to. */
const OTHERS: Readonly<Record<string, { readonly args: string[]; readonly says: RegExp }>> = {
  connections: { args: SMALL, says: /^recovers +share( +[\d.]+){9}$/m },
  journal: { args: SMALL, says: /^speed with history ÷ empty: [\d.]+$/m },
  memory: {
    args: ['--open', '200', '--seconds', '0.2', '--executors', '1'],
    says: /^daemon, 200 open commands read back +\d+ MiB/m,
  },
  nodesim: { args: ['0.2'], says: /one node +\d+ calls\/s/ },
};

interface Ended {
  readonly code: number;
  readonly out: string;
}

function bench(args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(BENCH, 'run.ts'), ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), out: `${stdout}${stderr}` });
    });
  });
}

describe('npm run bench', () => {
  it('runs every bench that has a goal and prints the table', { timeout: 400_000 }, async () => {
    const { code, out } = await bench(SMALL);
    expect(code, out).toBe(0);
    const programs = readdirSync(BENCH).filter((file) => file.endsWith('.ts'));
    const others = ['run', 'table', ...Object.keys(OTHERS)].map((name) => `${name}.ts`);
    for (const program of programs.filter((file) => !others.includes(file))) {
      expect(out).toContain(`\n== ${program.replace(/\.ts$/, '')}\n`);
    }
    const table = out.slice(out.lastIndexOf('\ngoal '));
    for (const { title, must } of Object.values(GOALS)) {
      const row = table.split('\n').find((line) => line.startsWith(`${title} `));
      expect(row, out).toMatch(new RegExp(`[≥≤] ${must} .*not judged: `));
    }
  });

  it('writes every verdict of the table as JSON', () => {
    const { rows } = JSON.parse(readFileSync(json, 'utf8')) as { rows: Judged[] };
    expect(rows.map(({ goal }) => goal)).toEqual(Object.keys(GOALS));
    const without = rows.filter(({ reached }) => !Number.isFinite(reached?.median));
    const ofPostgres = postgresMissing() === undefined ? [] : ['postgres', 'databaseCpu'];
    expect(without.map(({ goal }) => goal)).toEqual(ofPostgres);
  });

  it.for(Object.entries(OTHERS))('runs %s', { timeout: 60_000 }, async ([name, { args, says }]) => {
    const { code, out } = await bench([name, ...args]);
    expect(code, out).toBe(0);
    expect(out).toMatch(says);
  });

  it('lists every bench there is', async () => {
    const programs = readdirSync(BENCH).filter((file) => file.endsWith('.ts') && file !== 'run.ts');
    const { code, out } = await bench(['--list']);
    expect(code).toBe(0);
    const listed = out.split('\n').map((line) => `${line.split(' ')[0]}.ts`);
    expect(listed.slice(0, -1).toSorted()).toEqual(programs.toSorted());
  });

  it('fails when a subject does', { timeout: 60_000 }, async () => {
    const { code, out } = await bench(['commands', ...SMALL, '--against', dir]);
    expect(out).toContain('the bench failed: against ended with 1');
    expect(code).toBe(1);
  });

  it('says what it does not know', async () => {
    expect(await bench(['sums'])).toMatchObject({ code: 2 });
    const { code, out } = await bench(['commands', '--rounds', 'many']);
    expect(out).toContain('--rounds must be a number above 0');
    expect(code).toBe(2);
  });

  it('leaves nothing behind', () => {
    expect(readdirSync(dir)).toEqual(['figures.json']);
  });
});

it('docs/performance.md shows every goal with its must and aim', () => {
  const text = readFileSync(join(BENCH, '../docs/performance.md'), 'utf8');
  for (const { title, unit, must, aim } of Object.values<Goal>(GOALS)) {
    const of = (bound: number | undefined) =>
      bound === undefined ? '' : `${bound} ${unit}`.trim();
    expect(text).toContain(`| ${title} | ${of(must)} | ${of(aim)} |`);
  }
});
