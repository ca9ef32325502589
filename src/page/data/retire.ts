/**
 * The questions before a node is retired, and before that is ended. What a retirement means for open commands is asked first, by a
 * dry run: the question says it.
 */
import type { NodesAnswer } from '../../protocol/answer.ts';
import type { Retiring } from '../../protocol/answers/retiring.ts';
import { ask } from '../parts/dialog.tsx';
import { retiringText } from '../parts/retiring.tsx';
import { pluralText } from '../text/numbers.ts';
import { act, type Fault, type Outcome } from './api.ts';

/** @returns why it is not asked: the daemon would refuse it */
export async function askToRetire(node: string): Promise<Fault | undefined> {
  const foreseen = await retire(node, { dryRun: true });
  if (foreseen.ok) {
    ask({
      title: `Retire ${node} for good?`,
      effect: retiringText({ node, retiring: foreseen.value.retiring }),
      verb: `Retire ${node}`,
      isGrave: true,
      run: () => retired(node, {}),
    });
    return undefined;
  }
  if (foreseen.fault.kind !== 'refused') return foreseen.fault;
  // It is refused for a node that may be in use, which force overrides, or for another reason, which it does not.
  const forced = await retire(node, { dryRun: true, force: true });
  if (!forced.ok) return forced.fault;
  ask({
    title: `Retire ${node}, although it may be in use?`,
    effect: retiringText({
      node,
      retiring: forced.value.retiring,
      warning: foreseen.fault.message,
    }),
    verb: `Retire ${node} by force`,
    isGrave: true,
    run: () => retired(node, { force: true }),
  });
  return undefined;
}

export function askToUnretire(node: string): void {
  ask({
    title: `Unretire ${node}?`,
    effect:
      'New commands are accepted again, and name the node. Commands that went on without it do not come back to it: an audit shows what it lacks or has left.',
    verb: `Unretire ${node}`,
    run: async () => {
      const outcome = await act<NodesAnswer>({ op: 'node', node, act: 'unretire' });
      return outcome.ok ? done(`${node} is unretired: new commands name it again.`) : outcome;
    },
  });
}

interface How {
  readonly dryRun?: true;
  readonly force?: true;
}

function retire(node: string, how: How): Promise<Outcome<NodesAnswer>> {
  return act<NodesAnswer>({ op: 'node', node, act: 'retire', ...how });
}

async function retired(node: string, how: How): Promise<Outcome<string>> {
  const outcome = await retire(node, how);
  return outcome.ok ? done(`${node} is retired: ${doneText(outcome.value.retiring)}.`) : outcome;
}

function doneText(retiring: Retiring | undefined): string {
  const matched = retiring?.matched ?? 0;
  if (matched === 0) return 'no open command names it';
  return `${pluralText(matched, 'command goes', 'commands go')} on without it`;
}

function done(value: string): Outcome<string> {
  return { ok: true, value };
}
