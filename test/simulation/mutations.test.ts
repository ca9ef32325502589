/**
 * The simulation finds each planted bug within a bounded number of seeds, which is far above the
 * number that is noted with the bug. `MUTATIONS=all` also runs the bugs that take long.
 */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { edit } from '../core/model/mutated-core.ts';
import { mutatedTree } from './mutated-tree.ts';
import type { Bug } from './mutations/bug.ts';
import { BUGS } from './mutations/table.ts';
import { reduce } from './reduce.ts';

const SEEDS_MAX = 20_000;
/** The limit of `npm test`: about a second for one bug. */
const SOON = 100;
const TIMEOUT_MS = 300_000;
const ALL = process.env['MUTATIONS'] === 'all';

async function firstViolation({ edits }: Bug, outcomesOnly: boolean) {
  await using tree = await mutatedTree(edits);
  for (let seed = 0; seed < SEEDS_MAX; seed++) {
    const { broken } = await tree.runHistory(seed, { outcomesOnly });
    if (broken !== undefined) return broken;
  }
  return undefined;
}

describe('the daemon with a bug', () => {
  for (const bug of BUGS) {
    it(
      `is caught: ${bug.name}`,
      async ({ skip }) => {
        if (bug.seeds > SOON && !ALL) skip(`takes about ${bug.seeds} seeds: MUTATIONS=all looks`);
        const broken = await firstViolation(bug, false);
        expect(bug.breaks, broken?.message).toContain(broken?.promise);
      },
      TIMEOUT_MS,
    );
    if (!ALL || bug.seedsToOutcome === undefined) continue;
    it(
      `is caught by what clients saw and nodes hold: ${bug.name}`,
      async () => expect(await firstViolation(bug, true)).toBeDefined(),
      TIMEOUT_MS,
    );
  }
});

describe('the end of a history', () => {
  it(
    'P9: is judged too late, and not waited for, when the daemon never answers its last list',
    async () => {
      await using tree = await mutatedTree([
        edit(
          'src/coordinator/requests/requests.ts',
          "      case 'list':\n",
          "      case 'list':\n        return undefined;\n",
        ),
      ]);
      const { broken } = await tree.runHistory(0);
      expect(broken).toEqual({
        promise: 'liveness',
        message: 'the last audit or list never ended',
      });
    },
    TIMEOUT_MS,
  );
});

describe('the copy that bugs are planted in', () => {
  it('keeps every promise as long as none is', async () => {
    await using tree = await mutatedTree([]);
    for (let seed = 0; seed < 100; seed++) {
      expect((await tree.runHistory(seed)).broken).toBeUndefined();
    }
  });

  it('does not take a text that is not there, so a bug that has lost its place is not a pass', async () => {
    await expect(mutatedTree([edit('src/core/react.ts', 'no such text', '')])).rejects.toThrow(
      'src/core/react.ts does not hold once: no such text',
    );
  });
});

describe('a failing history', () => {
  const bug = BUGS.find(({ name }) => name === 'quiesce is counted from sending');

  it(
    'is reduced to a part that still fails, and that needs all that is left',
    async () => {
      await using tree = await mutatedTree(bug?.edits ?? []);
      let seed = 0;
      while ((await tree.runHistory(seed)).broken === undefined) seed++;
      const whole = await tree.runHistory(seed);
      const { verdict, without } = await reduce(seed, { run: tree.runHistory });
      expect(verdict.broken?.promise).toBe(whole.broken?.promise);
      expect(verdict.struck.length).toBeLessThan(whole.struck.length);
      expect((await tree.runHistory(seed, { without })).broken).toEqual(verdict.broken);
    },
    TIMEOUT_MS,
  );

  it(
    'is printed with its seed, before it is reduced and after, and its exit code is 1',
    async () => {
      await using tree = await mutatedTree(bug?.edits ?? []);
      const program = `${tree.folder}/test/simulation/main.ts`;
      const run = (...options: string[]) =>
        spawnSync(process.execPath, [program, ...options], { encoding: 'utf8' });
      const { status, stdout } = run('--seeds', '2000', '--from', '4294967290');
      expect(status).toBe(1);
      const seed = /^again: npm run simulate -- --seed (\d+)$/m.exec(stdout)?.[1] ?? '';
      expect(stdout).toMatch(/^seed \d+: P[14]: .*\nreducing it, for at most 60 s and 3000 runs$/m);
      expect(stdout).toMatch(/^seed \d+: P[14]: .*\nagain: /m);
      const again = run('--seed', seed);
      expect([again.status, again.stdout.match(/^seed \d+: P[14]: /m) !== null]).toEqual([1, true]);
      expect(run('--seed', '4294967296').status).toBe(78);
    },
    TIMEOUT_MS,
  );
});
