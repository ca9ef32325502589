/** The rules of a delete that cannot be undone, taken out one at a time. */
import { edit, type Mutation } from './mutated-core.ts';

export const FORWARD_ONLY_MUTATIONS: readonly Mutation[] = [
  {
    rule: 'P1: before the point of no return one node alone is asked to delete',
    histories: 22,
    historiesToOutcome: 22,
    edits: [edit('forward-only.ts', '    .slice(0, 1);', '    .slice(0, 9);')],
  },
  {
    rule: 'P1: while the first delete is in doubt, the other nodes wait',
    histories: 50,
    edits: [
      edit(
        'forward-only.ts',
        "mayHaveChanged && (verdict === 'reached' || verdict === 'foreign'),",
        "mayHaveChanged && (verdict !== 'reached' || verdict === 'reached'),",
      ),
    ],
  },
  {
    rule: 'P4.3: a delete in doubt is undone only by a read that began after it could land',
    histories: 321,
    historiesToOutcome: 6534,
    edits: [
      edit(
        'react.ts',
        "return opposedUntil(node.loose, { presence: 'present' }, now);",
        "return 0 * opposedUntil(node.loose, { presence: 'present' }, now);",
      ),
    ],
  },
  {
    rule: 'P1: past the point of no return nothing turns or refuses the command',
    histories: 33,
    historiesToOutcome: 33,
    edits: [
      edit(
        'conclude.ts',
        'if (isForwardOnly(saga, policy)) return concludeEndless(',
        'if (isForwardOnly(saga, policy) && reason === undefined) return concludeEndless(',
      ),
    ],
  },
  {
    rule: 'P5: past the point of no return a refusal is asked again',
    histories: 584,
    historiesToOutcome: 584,
    edits: [
      edit(
        'react.ts',
        "nodes: remaining(saga).filter(({ verdict }) => verdict !== 'reached'),",
        'nodes: open(saga),',
      ),
    ],
  },
  {
    rule: 'P4.5: after a crash a read shows whether a delete happened, before another is sent',
    histories: 117,
    edits: [
      edit(
        'evolve.ts',
        "isIrreversible(saga.command, policy) ? 'clarify' : 'mutate'",
        "isIrreversible(saga.command, policy) ? 'mutate' : 'mutate'",
      ),
    ],
  },
  {
    rule: 'P5: a delete that only goes forward is flagged when it takes long',
    histories: 1640,
    edits: [
      edit(
        'conclude.ts',
        'isForwardOnly(saga, policy) ? saga.command.deadlineAt : saga.turnedAt',
        'isForwardOnly(saga, policy) ? undefined : saga.turnedAt',
      ),
    ],
  },
  {
    rule: 'P5: a delete that only goes forward is given up by an operator alone',
    histories: 155,
    edits: [
      edit(
        'conclude.ts',
        'if (saga.abandoning && !isAsking(saga))',
        "if ((saga.abandoning || (saga.stuck && saga.state === 'applying')) && !isAsking(saga))",
      ),
    ],
  },
];
