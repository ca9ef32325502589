/**
 * Every planted bug still has its place in the sources. The bugs themselves are run by
 * `mutations.test.ts` and by the model's: that takes minutes, and a few of them run only on request.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { applyEdit, type Edit } from '../core/model/mutated-core.ts';
import { MUTATIONS } from '../core/model/mutations.ts';
import { BUGS, bugTable } from './mutations/table.ts';

const PROJECT = new URL('../../', import.meta.url);

/** Makes the edits one after the other, in memory. */
function makeEdits(edits: readonly Edit[], root: URL): void {
  const texts = new Map<string, string>();
  for (const edit of edits) {
    const before = texts.get(edit.file) ?? readFileSync(new URL(edit.file, root), 'utf8');
    const after = applyEdit(before, edit);
    expect(after, `${edit.file} is left as it is`).not.toBe(before);
    texts.set(edit.file, after);
  }
}

describe('each edit of a planted bug finds its text exactly once, and changes it', () => {
  it.each(BUGS)('in the simulation: $name', ({ edits }) => makeEdits(edits, PROJECT));

  it.each(MUTATIONS)('in the model: $rule', ({ edits = [] }) =>
    makeEdits(edits, new URL('src/core/', PROJECT)),
  );
});

describe('docs/testing.md', () => {
  it('has the table of bugs as it is here', () => {
    expect(readFileSync(new URL('docs/testing.md', PROJECT), 'utf8')).toContain(bugTable());
  });
});
