/** The acts of operators, as questions: each names what it will do, and to how much. */

import type {
  BreakersAnswer,
  CommandAnswer,
  LanesAnswer,
  NodesAnswer,
  SelectionAnswer,
} from '../../protocol/answer.ts';
import { ask } from '../parts/dialog.tsx';
import { pluralText } from '../text/numbers.ts';
import { capital, STATES } from '../text/words.ts';
import { act, described, type Outcome } from './api.ts';

export type CommandAct = 'retry' | 'cancel' | 'abandon';

/** What `list` and acts take to choose commands. */
export interface Filter {
  readonly state?: readonly string[];
  readonly stuck?: boolean;
  readonly parked?: boolean;
  readonly groupId?: string;
  readonly node?: string;
  readonly lane?: string;
  readonly olderThanMs?: number;
  readonly youngerThanMs?: number;
}

const EFFECTS: Readonly<Record<CommandAct, string>> = {
  retry: 'It does not wait for the end of its pause, and tries again now.',
  cancel: 'Where nothing was changed yet it is refused; otherwise it is rolled back on every node.',
  abandon:
    'It is given up forever. The nodes stay as they are now, so they may differ: you must make them equal, for example with an audit.',
};
const VERBS: Readonly<Record<CommandAct, string>> = {
  retry: 'Retry',
  cancel: 'Cancel',
  abandon: 'Abandon',
};
const PAGE = 1000;

export function askForCommand(op: CommandAct, { id, op: kind, groupId }: CommandAnswer): void {
  ask({
    title: `${VERBS[op]} this ${kind} of ${groupId}?`,
    effect: EFFECTS[op],
    verb: `${VERBS[op]} the command`,
    isGrave: op !== 'retry',
    run: async () =>
      described(
        await act<CommandAnswer>({ op, id }),
        ({ state }) => `It is ${STATES[state].label} now.`,
      ),
  });
}

/** First counts by a dry run; the question has the count. */
export async function askForMany(op: CommandAct, filter: Filter): Promise<Outcome<number>> {
  const counted = await act<SelectionAnswer>({ op, filter, dryRun: true, limit: 1 });
  if (!counted.ok) return counted;
  const { matched } = counted.value;
  if (matched > 0) {
    const many = pluralText(matched, 'command');
    ask({
      title: `${VERBS[op]} ${many}?`,
      effect: `${many} match the filter now. For each: ${EFFECTS[op]}`,
      verb: `${VERBS[op]} ${many}`,
      isGrave: op !== 'retry',
      run: () => actOnMany(op, filter),
    });
  }
  return { ok: true, value: matched };
}

async function actOnMany(op: CommandAct, filter: Filter): Promise<Outcome<string>> {
  let cursor: string | undefined;
  let done = 0;
  let refused = 0;
  do {
    const more = cursor === undefined ? {} : { cursor };
    const page = await act<SelectionAnswer>({ op, filter, limit: PAGE, ...more });
    if (!page.ok) return page;
    for (const answer of page.value.commands) {
      if ('error' in answer) refused++;
      else done++;
    }
    cursor = page.value.next;
  } while (cursor !== undefined);
  const left = refused === 0 ? '' : ` ${pluralText(refused, 'command')} refused it.`;
  return { ok: true, value: `Done for ${pluralText(done, 'command')}.${left}` };
}

export function askForLane(op: 'pause' | 'resume', lane: string): void {
  const effect =
    op === 'pause'
      ? 'New commands are accepted, but those that have not begun do not begin, and their deadlines run on. Rollbacks and commands that have begun continue. The pause survives a restart.'
      : 'Commands that wait begin again.';
  const verb = op === 'pause' ? 'Pause' : 'Resume';
  ask({
    title: `${verb} the lane ${lane}?`,
    effect,
    verb: `${verb} ${lane}`,
    isGrave: op === 'pause',
    run: async () =>
      described(await act<LanesAnswer>({ op, lane }), () => `The lane ${lane} is ${op}d.`),
  });
}

export function askForDrain(kind: 'drain' | 'undrain', node: string): void {
  const effect =
    kind === 'drain'
      ? 'New commands are accepted and wait, because each needs every node; their deadlines run on. Rollbacks and commands that have begun continue, on this node too. The drain survives a restart.'
      : 'Commands that wait for the node begin.';
  const verb = kind === 'drain' ? 'Drain' : 'Undrain';
  ask({
    title: `${verb} ${node}?`,
    effect,
    verb: `${verb} ${node}`,
    isGrave: kind === 'drain',
    run: async () =>
      described(
        await act<NodesAnswer>({ op: 'node', node, act: kind }),
        () => `${node} is ${kind}ed.`,
      ),
  });
}

const BREAKER_EFFECTS = {
  open: 'No call is sent to the node until an operator closes its breaker again, also after a restart. New commands are rejected, or wait if they ask for it; rollbacks wait.',
  close: 'Calls to the node are sent at once. If it fails again, the breaker opens again.',
  reset: 'Calls to the node are sent at once, and its failures and openings are forgotten.',
};

export type BreakerAct = keyof typeof BREAKER_EFFECTS;

export function askForBreaker(kind: BreakerAct, node: string): void {
  const verb = capital(kind);
  ask({
    title: `${verb} the breaker of ${node}?`,
    effect: BREAKER_EFFECTS[kind],
    verb: `${verb} the breaker`,
    isGrave: kind === 'open',
    run: async () =>
      described(
        await act<BreakersAnswer>({ op: 'breaker', node, act: kind }),
        ({ breakers }) => `The breaker of ${node} is ${breakers[node]?.state ?? 'changed'}.`,
      ),
  });
}
