/**
 * The model finds a violation when any one of its rules is removed, within a bounded number of
 * histories. `mutations.ts` has the usual number for each rule; the bound here is far above it.
 */
import { describe, expect, it } from 'vitest';
import { runHistory } from './history.ts';
import { edit, type Mutation, mutatedCore } from './mutated-core.ts';
import { MUTATIONS } from './mutations.ts';

const HISTORIES_MAX = 150_000;
const TIMEOUT_MS = 60_000;
/** Or a command never settles, or the core itself stops with an error. */
const BY_OUTCOME = /^(P1|liveness|throws)$/;

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
  for (const mutation of MUTATIONS) {
    it(
      `notices the absence of ${mutation.rule}`,
      async () => expect(await firstViolation(mutation, false)).toBeDefined(),
      TIMEOUT_MS,
    );
    if (mutation.historiesToOutcome === undefined) continue;
    it(
      `sees in what the nodes hold the absence of ${mutation.rule}`,
      async () => expect((await firstViolation(mutation, true))?.promise).toMatch(BY_OUTCOME),
      TIMEOUT_MS,
    );
  }

  it('a copy of the core with no rule removed breaks nothing', async () => {
    const core = await mutatedCore({ rule: 'none', histories: 0 });
    for (let seed = 0; seed < 500; seed++) {
      expect(runHistory(seed, { core }).violation).toBeUndefined();
    }
  });

  it('a rule that is not where it is said to be is an error, not a pass', async () => {
    const edits = [edit('react.ts', 'no such text', '')];
    await expect(mutatedCore({ rule: 'gone', histories: 0, edits })).rejects.toThrow(
      'react.ts does not hold once: no such text',
    );
  });
});
