/**
 * The questions before a node is retired, and before that is ended. What a retirement means for open commands is asked first, by a
 * dry run: the question says it.
 */
import type { NodesAnswer } from '../../protocol/answer.ts';
import type { Retiring } from '../../protocol/answers/retiring.ts';
import { ask } from '../parts/dialog.tsx';
import { type Foreseen, retiringText } from '../parts/retiring.tsx';
import { pluralText } from '../text/numbers.ts';
import { act, described, type Fault, type Outcome } from './api.ts';

/** @returns why it is not asked: the daemon would refuse it */
export async function askToRetire(node: string): Promise<Fault | undefined> {
  const foreseen = await retire(node, { dryRun: true });
  if (foreseen.ok) {
    ask({
      ...questionOf(node, {}, { retiring: foreseen.value.retiring }),
      title: `Retire ${node} for good?`,
      verb: `Retire ${node}`,
    });
    return undefined;
  }
  const { code, field } = foreseen.fault;
  if (code !== 'invalid_request' || field !== 'node') return foreseen.fault;
  // It is refused for a node that may be in use, which force overrides, or for another reason, which it does not.
  const forced = await retire(node, { dryRun: true, force: true });
  if (!forced.ok) return forced.fault;
  const { message: warning } = foreseen.fault;
  ask({
    ...questionOf(node, { force: true }, { retiring: forced.value.retiring, warning }),
    title: `Retire ${node}, although it may be in use?`,
    verb: `Retire ${node} by force`,
  });
  return undefined;
}

function questionOf(node: string, how: How, foreseen: Omit<Foreseen, 'node'>) {
  return {
    effect: retiringText({ node, ...foreseen }),
    isGrave: true,
    run: async () =>
      described(
        await retire(node, how),
        ({ retiring }) => `${node} is retired: ${doneText(retiring)}.`,
      ),
  };
}

export function askToUnretire(node: string): void {
  ask({
    title: `Unretire ${node}?`,
    effect:
      'New commands are accepted again, and name the node. Commands that went on without it do not come back to it: an audit shows what it lacks or has left.',
    verb: `Unretire ${node}`,
    run: async () =>
      described(
        await act<NodesAnswer>({ op: 'node', node, act: 'unretire' }),
        () => `${node} is unretired: new commands name it again.`,
      ),
  });
}

interface How {
  readonly dryRun?: true;
  readonly force?: true;
}

function retire(node: string, how: How): Promise<Outcome<NodesAnswer>> {
  return act<NodesAnswer>({ op: 'node', node, act: 'retire', ...how });
}

function doneText(retiring: Retiring | undefined): string {
  const matched = retiring?.matched ?? 0;
  if (matched === 0) return 'no open command names it';
  return `${pluralText(matched, 'command goes', 'commands go')} on without it`;
}
