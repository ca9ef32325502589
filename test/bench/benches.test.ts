/** Every bench runs once at a tiny size, so that none rots. Their figures mean nothing here. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const BENCH = join(import.meta.dirname, '../../bench');
const dir = mkdtempSync(join(tmpdir(), 'lockstep-bench-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const json = join(dir, 'commands.json');
const TINY_COMMANDS = ['--rounds', '2', '--seconds', '0.2', '--warm-up', '0.1', '--dir', dir];
/** By name: its smallest size, and what its table must say. */
const BENCHES: Readonly<Record<string, { readonly args: string[]; readonly says: RegExp[] }>> = {
  commands: {
    args: [...TINY_COMMANDS, '--in-flight', '1,4', '--json', json],
    says: [/÷ floor/, /^ +1 {2}floor /m, /^ +4 {2}lockstep /m, /fdatasync/, /must 4, aim 3/],
  },
  journal: {
    args: ['--batch', '4', '--turns', '4', '--history', '20', '--dir', dir],
    says: [/empty: [\d,]+ commands\/s/, /ratio of speeds/],
  },
  nodesim: { args: ['0.2'], says: [/one node +\d+ calls\/s/, /by the shared port/] },
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
  it('lists every bench there is', async () => {
    const programs = readdirSync(BENCH).filter((file) => file.endsWith('.ts') && file !== 'run.ts');
    const { code, out } = await bench(['--list']);
    expect(code).toBe(0);
    const listed = out.split('\n').map((line) => `${line.split(' ')[0]}.ts`);
    expect(listed.slice(0, -1).toSorted()).toEqual(programs.toSorted());
    expect(Object.keys(BENCHES).map((name) => `${name}.ts`)).toEqual(listed.slice(0, -1));
  });

  it.for(Object.entries(BENCHES))(
    'runs %s',
    { timeout: 60_000 },
    async ([name, { args, says }]) => {
      const { code, out } = await bench([name, ...args]);
      expect(code, out).toBe(0);
      for (const said of says) expect(out).toMatch(said);
    },
  );

  it('writes every figure of the commands as JSON', () => {
    const { runs, judged } = JSON.parse(readFileSync(json, 'utf8')) as {
      runs: { contender: string; inFlight: number; perSecond: number; p50Ms: number }[];
      judged: { verdict: string }[];
    };
    const took = runs.map(({ contender, inFlight }) => `${contender} ${inFlight}`);
    const round = ['floor 1', 'lockstep 1', 'floor 4', 'lockstep 4'];
    expect(took).toEqual([...round, ...round]);
    expect(runs.filter(({ perSecond, p50Ms }) => !(perSecond > 0 && p50Ms > 0))).toEqual([]);
    expect(judged).toHaveLength(1);
  });

  it('fails when a contender does', { timeout: 60_000 }, async () => {
    const args = [...TINY_COMMANDS, '--in-flight', '1', '--json', json, '--against', dir];
    const { code, out } = await bench(args);
    expect(out).toContain('the bench failed: against ended with 1');
    expect(code).toBe(1);
  });

  it('says what it does not know', async () => {
    expect(await bench(['sums'])).toMatchObject({ code: 2 });
    expect((await bench(['--rounds', 'many'])).out).toContain('--rounds must be a number above 0');
  });

  it('leaves nothing behind', () => {
    expect(readdirSync(dir)).toEqual(['commands.json']);
  });
});
