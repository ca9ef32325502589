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
        from: "verdict: node.touched ? 'open' : 'reached',",
        to: "verdict: node.touched || node.verdict === 'foreign' ? 'open' : 'reached',",
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
