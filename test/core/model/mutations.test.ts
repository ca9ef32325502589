/**
 * That the model bites: without any one rule of the design it finds a violation, and soon. The
 * figures at the rules (test/core/model/mutations.ts) are means over seeds, taken with the rules
 * as they are now; the bound here is far above them.
 */
import { describe, expect, it } from 'vitest';
import { runHistory } from './history.ts';
import { MUTATIONS, type Mutation, mutatedCore } from './mutations.ts';

const HISTORIES_MAX = 150_000;
const TIMEOUT_MS = 60_000;

async function firstViolation(mutation: Mutation, outcomesOnly: boolean) {
  const core = await mutatedCore(mutation);
  for (let seed = 0; seed < HISTORIES_MAX; seed++) {
    const rules = mutation.rules ?? {};
    const { violation } = runHistory(seed, { core, rules, outcomesOnly });
    if (violation !== undefined) return violation;
  }
  return undefined;
}

describe('the model without a rule', () => {
  it.for([...MUTATIONS])(
    '$rule: its absence is noticed',
    { timeout: TIMEOUT_MS },
    async (mutation) => {
      expect(await firstViolation(mutation, false)).toBeDefined();
    },
  );

  it.for(MUTATIONS.filter(({ spoils }) => spoils === 'outcome'))(
    '$rule: its absence is seen in what the nodes hold in the end',
    { timeout: TIMEOUT_MS },
    async (mutation) => {
      const violation = await firstViolation(mutation, true);
      expect(violation?.promise).toMatch(/^(P1|throws)$/);
    },
  );

  it('a copy of the core with no rule removed breaks nothing', async () => {
    const core = await mutatedCore({ rule: 'none', spoils: 'course', histories: 0 });
    for (let seed = 0; seed < 500; seed++) {
      expect(runHistory(seed, { core }).violation).toBeUndefined();
    }
  });

  it('a rule that is not where it is said to be is an error, not a pass', async () => {
    const edits = [{ file: 'react.ts', from: 'no such text', to: '' }];
    const gone: Mutation = { rule: 'gone', edits, spoils: 'course', histories: 0 };
    await expect(mutatedCore(gone)).rejects.toThrow('react.ts does not hold once: no such text');
  });
});
