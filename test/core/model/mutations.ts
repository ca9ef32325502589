/**
 * The rules of the design taken out one at a time: of a copy of the core, by replacing text that
 * must be there, or of the model's own daemon. The real core knows nothing of this.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Core, loadCore } from './core-under-test.ts';
import type { Rules } from './daemon.ts';

interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export interface Mutation {
  /** The rule that is missing. */
  readonly rule: string;
  /**
   * What shows its absence: `outcome`, what the nodes hold in the end; `course`, only when the order
   * of requests, or what is told, is judged as well.
   */
  readonly spoils: 'outcome' | 'course';
  /** Histories until the first violation, about. */
  readonly histories: number;
  readonly edits?: readonly Edit[];
  readonly rules?: Rules;
}

const CORE = new URL('../../../src/core/', import.meta.url);

export const MUTATIONS: readonly Mutation[] = [
  {
    rule: "P2: the survey's finding is durable before the first delete",
    edits: [
      {
        file: 'conclude.ts',
        from: "return { kind: 'began', at: now, findings };",
        to: "return { kind: 'began', at: now };",
      },
      {
        file: 'evolve.ts',
        from: 'const finding = findings?.[node.name];',
        to: 'const finding = node.finding;',
      },
    ],
  },
  {
    rule: 'P2: what is decided is durable before it is acted on',
    rules: { actBeforeCommit: true },
  },
  {
    rule: 'P2: the direction is durable',
    edits: [{ file: 'model.ts', from: "    case 'turned':\n", to: '' }],
  },
  {
    rule: 'P2: the direction of one node is durable',
    edits: [{ file: 'model.ts', from: "    case 'node_turned':\n", to: '' }],
  },
  {
    rule: 'P4.3: a node counts as at its goal only by an exchange begun after the wait',
    edits: [
      {
        file: 'react.ts',
        from: 'opposedUntil(node.loose, wantOf(saga.command, node, goal), now),',
        to: '0 * opposedUntil(node.loose, wantOf(saga.command, node, goal), now),',
      },
    ],
  },
  {
    rule: 'P4.2: a later answer does not end an earlier doubt',
    edits: [
      {
        file: 'after-answer.ts',
        from: 'const node = { ...before, running: undefined, said: answer.said };',
        to: `const answered = answer.kind !== 'lost' && answer.kind !== 'unsent';
  const loose = answered ? [] : before.loose;
  const node = { ...before, running: undefined, said: answer.said, loose };`,
      },
    ],
  },
  {
    rule: 'P4.2: a failed connection does not end an earlier doubt',
    edits: [
      {
        file: 'after-answer.ts',
        from: 'const node = { ...before, running: undefined, said: answer.said };',
        to: `const loose = answer.kind === 'unsent' ? [] : before.loose;
  const node = { ...before, running: undefined, said: answer.said, loose };`,
      },
    ],
  },
  {
    rule: 'P4: the goal turns only when the running exchanges have ended',
    edits: [
      {
        file: 'conclude.ts',
        from: 'if (reason === undefined || isAsking(saga)) return undefined;',
        to: 'if (reason === undefined) return undefined;',
      },
      { file: 'evolve.ts', from: 'assertQuiet(saga.nodes);', to: '' },
    ],
  },
  {
    rule: 'P4.2: quiesce is counted from giving up, not from sending',
    edits: [
      {
        file: 'react.ts',
        from: 'request: requestFor(goal, node.next) }',
        to: 'request: { ...requestFor(goal, node.next), sentAt: now } as never }',
      },
      {
        file: 'after-answer.ts',
        from: 'looseOf(request, now + policy.quiesceMs)',
        to: 'looseOf(request, (request as never as { sentAt: number }).sentAt + policy.quiesceMs + 0 * now)',
      },
    ],
  },
  {
    rule: 'P4.5: after a restart the requests of an open saga are loose',
    edits: [
      {
        file: 'evolve.ts',
        from: 'loose: possible.reduce((list, one) => withLoose(list, one, entry.at), node.loose),',
        to: '',
      },
    ],
  },
  {
    rule: 'P4.5: after a restart both directions of a turned saga are loose',
    edits: [
      {
        file: 'goal.ts',
        from: 'if (!turned) return [create];',
        to: 'if (turned || !turned) return [create];',
      },
    ],
  },
  {
    rule: 'P4.5: after a restart every node may have been touched',
    edits: [
      {
        file: 'evolve.ts',
        from: '    touched: true,\n    doubt: true,\n',
        to: '    doubt: true,\n',
      },
    ],
  },
  {
    rule: 'P4.5: after a restart every create is in doubt',
    edits: [
      {
        file: 'evolve.ts',
        from: '    touched: true,\n    doubt: true,\n',
        to: '    touched: true,\n',
      },
    ],
  },
  {
    rule: 'P4.5: the settling record carries the loose requests',
    edits: [
      {
        file: 'conclude.ts',
        from: 'const loose = looseOf(saga.nodes, now);',
        to: 'const loose = now < 0 ? looseOf(saga.nodes, now) : undefined;',
      },
    ],
  },
  {
    rule: "P4.5: settled sagas' loose requests survive a restart",
    rules: { forgetLoose: true },
  },
  {
    rule: 'P4.4: no command begins before an opposing request has ended',
    rules: { beginAtOnce: true },
  },
  {
    rule: 'P4.2: quiesce outlives the latest landing (here it is 2 of 20 steps too short)',
    edits: [
      {
        file: 'after-answer.ts',
        from: 'looseOf(request, now + policy.quiesceMs)',
        to: 'looseOf(request, now + policy.quiesceMs - 2)',
      },
    ],
  },
  {
    rule: 'P4.3: the loose requests of earlier commands are waited for in a rollback, too',
    edits: [
      {
        file: 'open-saga.ts',
        from: 'loose: loose?.[name] ?? NO_LOOSE,',
        to: 'loose: loose === undefined ? NO_LOOSE : NO_LOOSE,',
      },
    ],
  },
  {
    rule: 'P4.3: an untouched node, too, is as before only when nothing may still change it',
    edits: [
      {
        file: 'evolve.ts',
        from: 'const asBefore = !node.touched && !isEndangered(saga, node, at);',
        to: 'const asBefore = !node.touched || isEndangered(saga, node, 1 / 0 + at);',
      },
    ],
  },
  {
    rule: 'section 5: what a 404 to a guarded delete means is read',
    edits: [
      {
        file: 'after-answer.ts',
        from: "if (goal.presence === 'absent' && goal.guard !== undefined)",
        to: "if (goal.presence === 'absent' && goal.guard === 'never')",
      },
    ],
  },
  {
    rule: "section 5: a 404 proves the journal's token wrong, and the delete goes on unguarded",
    edits: [
      {
        file: 'after-answer.ts',
        from: 'const journals = node.finding?.presence',
        to: "const journals = node.name === '' && node.finding?.presence",
      },
    ],
  },
  {
    rule: 'P5: while it rolls back, no answer is final',
    edits: [
      {
        file: 'after-answer.ts',
        from: "if (node.direction === 'want') return { ...node, verdict: 'refused' };",
        to: "if (node.direction !== undefined) return { ...node, verdict: 'refused' };",
      },
    ],
  },
  {
    rule: 'P6: a command surveys only when it holds its key',
    rules: { surveyEarly: true },
  },
  {
    rule: 'section 5: own or foreign, when the token is hidden',
    edits: [
      {
        file: 'after-answer.ts',
        from: "  return { node, turn: 'prior' };",
        to: '  return { node: { ...reached, touched: true } };',
      },
    ],
  },
  {
    rule: 'section 5: a rollback deletes only where a create of ours was applied or is in doubt',
    edits: [
      {
        file: 'evolve.ts',
        from: "verdict: asBefore ? 'reached' : 'open',",
        to: "verdict: asBefore && node.verdict !== 'foreign' ? 'reached' : 'open',",
      },
    ],
  },
];

/** The core without one rule. @throws if the text to be replaced is not there exactly once */
export async function mutatedCore({ edits = [] }: Mutation): Promise<Core> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-core-'));
  try {
    await cp(CORE, folder, { recursive: true });
    for (const { file, from, to } of edits) {
      const path = join(folder, file);
      const text = await readFile(path, 'utf8');
      if (text.split(from).length !== 2) throw new Error(`${file} does not hold once: ${from}`);
      await writeFile(
        path,
        text.replace(from, () => to),
      );
    }
    return await loadCore(pathToFileURL(`${folder}/`));
  } finally {
    await rm(folder, { recursive: true });
  }
}
