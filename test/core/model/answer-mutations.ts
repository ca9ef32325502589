/** Rules about the proof in an answer; each can be removed from the core. */
import { edit, type Mutation } from './mutated-core.ts';

export const ANSWER_MUTATIONS: readonly Mutation[] = [
  {
    rule: 'P4.3: an entity tag is no owner mark: a restored record may have the same one',
    histories: 460,
    edits: [
      edit('goal.ts', 'const { guard } = request;', 'const guard = request.guard ?? request.tag;'),
    ],
  },
  {
    rule: 'P4.2: a request that the node deferred (202) may still land',
    histories: 7,
    historiesToOutcome: 48,
    edits: [
      edit(
        'after-reply.ts',
        "if (answer.kind === 'unsure') return inDoubt;",
        "if (answer.kind === 'unsure' || answer.kind === 'deferred') return inDoubt;",
      ),
    ],
  },
  {
    rule: 'P4.2: a deferred request is not repeated before its loose time ends',
    histories: 6,
    edits: [edit('react.ts', 'policy.defers === true && isAwaited', 'false && isAwaited')],
  },
  {
    rule: 'P1: while a deferred request may land, a read cannot show that it did nothing',
    histories: 850,
    edits: [
      edit('after-reply.ts', 'if (isEarly && answer.kind', 'if (isEarly && false && answer.kind'),
    ],
  },
  {
    rule: 'node contract: what a 404 to a guarded delete means is read',
    histories: 3,
    historiesToOutcome: 15,
    edits: [
      edit(
        'after-reply.ts',
        "if (goal.presence === 'absent' && goal.guard !== undefined)",
        "if (goal.presence === 'absent' && goal.guard === 'never')",
      ),
    ],
  },
  {
    rule: "node contract: a 404 proves the journal's token wrong, and the delete goes on unguarded",
    histories: 450,
    edits: [
      edit(
        'after-reply.ts',
        'const journals = node.finding?.presence',
        "const journals = node.name === '' && node.finding?.presence",
      ),
    ],
  },
  {
    rule: 'P1: a success without proof leaves a node in doubt',
    histories: 90,
    historiesToOutcome: 110,
    edits: [
      edit(
        'after-reply.ts',
        "        mayHaveChanged: true,\n        createInDoubt,\n        belief: 'unknown',\n",
        '',
      ),
    ],
  },
  {
    rule: 'P1: a record found after a create without proof may be ours',
    histories: 125,
    edits: [edit('after-reply.ts', '        createInDoubt,\n        belief: ', '        belief: ')],
  },
  {
    rule: 'node contract: own or foreign, when the token is hidden',
    histories: 13,
    historiesToOutcome: 13,
    edits: [
      edit(
        'after-reply.ts',
        "  return { node, turn: 'prior' };",
        '  return { node: { ...reached, mayHaveChanged: true } };',
      ),
    ],
  },
  {
    rule: 'node contract: a rollback deletes only where a create of ours was applied or is in doubt',
    histories: 740,
    historiesToOutcome: 740,
    edits: [
      edit(
        'evolve.ts',
        "verdict: asBefore ? 'reached' : 'open',",
        "verdict: asBefore && node.verdict !== 'foreign' ? 'reached' : 'open',",
      ),
    ],
  },
];
