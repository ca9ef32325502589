/** The story of a command as a table: when, on which node, what happened, how long it took, what the node answered. */

import { durationText } from '../../base/time/duration-text.ts';
import type { CommandAnswer } from '../../protocol/answer.ts';
import type { LeftOut, StoryStep } from '../../protocol/story/step.ts';
import { table } from './table.ts';
import { plain } from './terminal.ts';

type Of<Name extends StoryStep['step']> = Extract<StoryStep, { step: Name }>;

/** The cells after the time. */
interface Cells {
  readonly what: string;
  readonly node?: string;
  readonly ms?: number | undefined;
  readonly answer?: string;
}

export function storyTable(
  story: readonly StoryStep[],
  { acceptedAt }: Pick<CommandAnswer, 'acceptedAt'>,
  room: number,
): string {
  const begin = Date.parse(acceptedAt ?? story[0]?.at ?? '');
  return table(
    [
      { title: 'after', align: 'right' },
      { title: 'node' },
      { title: 'step' },
      { title: 'took', align: 'right', rank: 1 },
      { title: 'answer' },
    ],
    story.map((step) => {
      const { what, node, ms, answer } = cellsOf(step);
      const after = durationText(Math.max(0, Date.parse(step.at) - begin));
      const took = ms === undefined ? '' : durationText(ms);
      return [after, plain(node ?? ''), what, took, plain(answer ?? '')];
    }),
    room,
  );
}

function cellsOf(step: StoryStep): Cells {
  switch (step.step) {
    case 'accepted':
    case 'began':
      return { what: step.step };
    case 'waited':
      return { what: waitText(step), ms: step.ms };
    case 'attempt':
      return attemptCells(step);
    case 'left_out':
      return { what: 'not listed', answer: leftOutText(step) };
    case 'turned':
      return { what: `turned back: ${step.reason}` };
    case 'node_turned':
      return {
        node: step.node,
        what: step.direction === 'prior' ? 'turned back, to tell whose record it is' : 'goes on',
      };
    case 'stuck':
      return { what: 'stuck: people are notified, it continues' };
    case 'resumed':
      return { what: 'the daemon restarted; earlier attempts are not known' };
    case 'act':
      return { what: `operator: ${plain(step.act)}${byText(step)}` };
    case 'settled':
      return { what: step.reason === undefined ? step.state : `${step.state}: ${step.reason}` };
  }
}

function attemptCells({ node, request, number, ms, answer, detail }: Of<'attempt'>): Cells {
  const what = `attempt ${number}: ${request}`;
  if (answer === undefined) return { node, what: `${what}, runs` };
  const text = detail === undefined || detail === '' ? answer : `${answer}: ${detail}`;
  return { node, what, ms, answer: text };
}

function waitText(step: Of<'waited'>): string {
  const verb = step.ms === undefined ? 'waits' : 'waited';
  switch (step.for) {
    case 'key':
      return `${verb} for the key, held by command ${plain(step.command)}`;
    case 'landing':
      return `${verb} for requests that may still land on ${step.nodes.map(plain).join(', ')}`;
    case 'pause':
      return `${verb} in the paused lane ${step.lane}${byText(step)}`;
    case 'drain':
      return `${verb} for the drained node ${plain(step.node)}${byText(step)}`;
    case 'breaker':
      return `${verb} for the breaker of ${plain(step.node)}`;
    case 'slot':
      return `${verb} for a free slot`;
    case 'operator':
      return `${verb} for an operator`;
  }
}

function byText({ by }: { readonly by?: string }): string {
  return by === undefined ? '' : ` (${plain(by)})`;
}

/** `node02: 31 lost, 2 unsent; 4 other steps`. */
function leftOutText({ attempts = {}, steps = 0 }: LeftOut): string {
  const nodes = Object.entries(attempts).map(([node, answers]) => {
    const counts = Object.entries(answers).map(([answer, count]) => `${count} ${answer}`);
    return `${node}: ${counts.join(', ')}`;
  });
  const others = steps === 0 ? [] : [`${steps} other ${steps === 1 ? 'step' : 'steps'}`];
  return [...nodes, ...others].join('; ');
}
