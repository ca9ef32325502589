/**
 * The rules of the core, removed one at a time from a copy of the core or from the model's own
 * daemon. The figures were measured with the present model.
 */
import { ANSWER_MUTATIONS } from './answer-mutations.ts';
import { FORWARD_ONLY_MUTATIONS } from './forward-only-mutations.ts';
import { edit, type Mutation } from './mutated-core.ts';

export const MUTATIONS: readonly Mutation[] = [
  ...ANSWER_MUTATIONS,
  ...FORWARD_ONLY_MUTATIONS,
  {
    rule: "P2: the survey's finding is durable before the first delete",
    histories: 2,
    historiesToOutcome: 17,
    edits: [
      edit(
        'conclude.ts',
        "return { kind: 'began', at: now, findings };",
        "return { kind: 'began', at: now };",
      ),
      edit('evolve.ts', 'const finding = findings?.[node.name];', 'const finding = node.finding;'),
    ],
  },
  {
    rule: 'P2: what is decided is durable before it is acted on',
    histories: 1,
    historiesToOutcome: 100,
    rules: { actBeforeCommit: true },
  },
  {
    rule: 'P2: the direction is durable',
    histories: 3,
    historiesToOutcome: 1000,
    edits: [{ file: 'model.ts', from: "'turned', ", to: '' }],
  },
  {
    rule: 'P2: the direction of one node is durable',
    histories: 7,
    historiesToOutcome: 2500,
    edits: [{ file: 'model.ts', from: "'node_turned', ", to: '' }],
  },
  {
    rule: 'P4.3: a node counts as at its goal only by an exchange begun after the wait',
    histories: 6,
    historiesToOutcome: 63,
    edits: [
      edit(
        'react.ts',
        'opposedUntil(node.loose, wantOf(saga.command, node, goal), now),',
        '0 * opposedUntil(node.loose, wantOf(saga.command, node, goal), now),',
      ),
    ],
  },
  {
    rule: 'P4.2: a later answer does not end an earlier doubt',
    histories: 7,
    historiesToOutcome: 48,
    edits: [
      edit(
        'after-reply.ts',
        'const node = { ...before, running: undefined, lastResponse: answer.detail };',
        `const answered = answer.kind !== 'lost' && answer.kind !== 'unsent';
  const loose = answered ? [] : before.loose;
  const node = { ...before, running: undefined, lastResponse: answer.detail, loose };`,
      ),
    ],
  },
  {
    rule: 'P4.2: a failed connection does not end an earlier doubt',
    histories: 200,
    historiesToOutcome: 1700,
    edits: [
      edit(
        'after-reply.ts',
        'const node = { ...before, running: undefined, lastResponse: answer.detail };',
        `const loose = answer.kind === 'unsent' ? [] : before.loose;
  const node = { ...before, running: undefined, lastResponse: answer.detail, loose };`,
      ),
    ],
  },
  {
    rule: 'P4: the goal turns only when the running exchanges have ended',
    histories: 8,
    historiesToOutcome: 9,
    edits: [
      edit(
        'conclude.ts',
        'if (reason === undefined || isAsking(saga)) return undefined;',
        'if (reason === undefined) return undefined;',
      ),
      { file: 'evolve.ts', from: 'assertQuiet(saga.nodes);', to: '' },
    ],
  },
  {
    rule: 'one exchange per saga and node at a time',
    histories: 2,
    edits: [
      edit('react.ts', 'if (node.running !== undefined) continue;\n    const goal', 'const goal'),
      edit('evolve.ts', 'if (node.running !== undefined) throw', "if (node.name === '') throw"),
    ],
  },
  {
    rule: 'P4.2: quiesce is counted from giving up, not from sending',
    histories: 9,
    historiesToOutcome: 64,
    edits: [
      edit(
        'react.ts',
        ": requestFor(goal, readsOnly ? 'clarify' : node.next);",
        ": ({ ...requestFor(goal, readsOnly ? 'clarify' : node.next), sentAt: now } as NodeRequest);",
      ),
      edit(
        'after-reply.ts',
        'looseOf(request, now + policy.quiesceMs)',
        'looseOf(request, (request as never as { sentAt: number }).sentAt + policy.quiesceMs + 0 * now)',
      ),
    ],
  },
  {
    rule: 'P4.5: after a restart the requests of an open saga are loose',
    histories: 21,
    historiesToOutcome: 100,
    edits: [
      edit(
        'evolve.ts',
        'loose: possible.reduce((list, one) => withLoose(list, one, entry.at), node.loose),',
        '',
      ),
    ],
  },
  {
    rule: 'P4.5: after a restart both directions of a turned saga are loose',
    histories: 3300,
    edits: [
      edit('goal.ts', 'if (!turned) return [create];', 'if (turned || !turned) return [create];'),
    ],
  },
  {
    rule: 'P4.5: after a restart every node may have been touched',
    histories: 42,
    historiesToOutcome: 48,
    edits: [
      edit(
        'evolve.ts',
        '    mayHaveChanged: true,\n    createInDoubt: true,\n',
        '    createInDoubt: true,\n',
      ),
    ],
  },
  {
    rule: 'P4.5: after a restart every create is in doubt',
    histories: 51,
    edits: [
      edit(
        'evolve.ts',
        '    mayHaveChanged: true,\n    createInDoubt: true,\n',
        '    mayHaveChanged: true,\n',
      ),
    ],
  },
  {
    rule: 'P4.5: the settling record carries the loose requests',
    histories: 13,
    historiesToOutcome: 110,
    edits: [
      edit(
        'conclude.ts',
        'const loose = looseOf(saga.nodes, now);',
        'const loose = now < 0 ? looseOf(saga.nodes, now) : undefined;',
      ),
    ],
  },
  {
    rule: "P4.5: settled sagas' loose requests survive a restart",
    histories: 290,
    historiesToOutcome: 12000,
    rules: { forgetLoose: true },
  },
  {
    rule: 'P4.4: no command begins before an opposing request has ended',
    histories: 13,
    historiesToOutcome: 110,
    rules: { beginAtOnce: true },
  },
  {
    rule: 'P4.2: quiesce outlives the latest landing (here it is 2 of 20 steps too short)',
    histories: 7,
    historiesToOutcome: 220,
    edits: [
      edit(
        'after-reply.ts',
        'looseOf(request, now + policy.quiesceMs)',
        'looseOf(request, now + policy.quiesceMs - 2)',
      ),
    ],
  },
  {
    rule: 'P4.3: the loose requests of earlier commands are waited for in a rollback, too',
    histories: 5000,
    edits: [
      edit(
        'open-saga.ts',
        'loose: loose?.[name] ?? NO_LOOSE,',
        'loose: loose === undefined ? NO_LOOSE : NO_LOOSE,',
      ),
    ],
  },
  {
    rule: 'P4.3: an untouched node, too, is as before only when nothing may still change it',
    histories: 8700,
    edits: [
      edit(
        'evolve.ts',
        '!node.mayHaveChanged && !isEndangered(saga, node);',
        '!node.mayHaveChanged && (!isEndangered(saga, node) || node !== undefined);',
      ),
    ],
  },
  {
    rule: 'P5: while it rolls back, no answer is final',
    histories: 14,
    historiesToOutcome: 14,
    edits: [
      edit(
        'after-reply.ts',
        "if (node.direction === 'prior') return failed(node, answer, context);",
        'if (node.direction === undefined) return failed(node, answer, context);',
      ),
    ],
  },
  {
    rule: 'P4.2: a create that made a record of another key is loose',
    histories: 35,
    historiesToOutcome: 280,
    edits: [
      edit(
        'after-reply.ts',
        'const loose = withLost(inDoubt, request, context);',
        "const loose = answer.kind === 'misnamed' ? inDoubt : withLost(inDoubt, request, context);",
      ),
    ],
  },
  {
    rule: 'P6: a command surveys only when it holds its key',
    histories: 7,
    historiesToOutcome: 43,
    rules: { surveyEarly: true },
  },
];
