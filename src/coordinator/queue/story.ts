/**
 * The story of a command, put together from what the coordinator knows (waits, operators' acts, the settlement)
 * and what its executor saw (attempts, turns).
 */
import type { Command, Lane, Settlement } from '../../core/model.ts';
import { byTime, type Step, type StoryStep, storyOf } from '../../protocol/story/step.ts';
import { storyText } from '../../protocol/story/story-text.ts';
import type { Drains } from '../nodes/drains.ts';
import type { Retirements } from '../nodes/retirements.ts';
import type { OpenCommand } from './open-command.ts';
import type { Pauses } from './pauses.ts';

interface Known {
  /** What its executor saw, if one had it. */
  readonly driven: readonly Step[] | undefined;
  readonly stops: Stops;
}

function stepsOf(open: OpenCommand, { driven = [], stops }: Known): readonly Step[] {
  const { command, state } = open;
  const at = command.acceptedAt;
  const hasBegun = state !== 'accepted' && !driven.some(({ step }) => step === 'began');
  return [
    { at, step: 'accepted' },
    ...(hasBegun ? [{ at, step: 'began' } as const] : []),
    ...byTime([...open.steps, ...retirementsOf(open, stops), ...driven]),
  ];
}

/** What operators have stopped. */
export interface Stops {
  readonly pauses: Pick<Pauses, 'of'>;
  readonly drains: Pick<Drains, 'all'>;
  readonly retirements: Pick<Retirements, 'stopsOf'>;
}

/** From the journal: so the story has them after a restart, too. */
function retirementsOf({ command }: OpenCommand, { retirements }: Stops): readonly Step[] {
  return retirements.stopsOf(command).map(({ node, since, by }) => {
    return operatorStep(`retire ${node}`, by, Math.max(command.acceptedAt, Date.parse(since)));
  });
}

type Waited = Extract<Step, { step: 'waited' }>;

interface Ended {
  readonly settlement: Settlement;
  readonly driven: readonly Step[] | undefined;
}

/** What the journal keeps; nothing if it simply succeeded. */
export function storyToKeep(
  open: OpenCommand,
  { settlement, driven }: Ended,
  stops: Stops,
): { readonly story?: string } {
  const isPlain = driven === undefined && retirementsOf(open, stops).length === 0;
  if (isPlain && settlement.state === 'committed') return {};
  const waited = presentWait(open, stops).map(
    (step): Step => ({ ...step, ms: Math.round(settlement.at - step.at) }),
  );
  const steps = [...stepsOf(open, { driven, stops }), ...waited, settledStep(settlement)];
  // The journal has the command's own times, see own-clock.ts.
  return { story: storyText(steps.map((step) => ({ ...step, at: step.at + open.behindMs }))) };
}

/** The story so far of an open command. */
export function openStory(
  open: OpenCommand,
  driven: readonly Step[] | undefined,
  stops: Stops,
): readonly StoryStep[] {
  return storyOf([...stepsOf(open, { driven, stops }), ...presentWait(open, stops)]);
}

/** The wait that shows in no step yet: in its lane, or for an operator. */
function presentWait(open: OpenCommand, { pauses, drains }: Stops): Waited[] {
  const { command, stage } = open;
  const at = command.acceptedAt;
  if (open.isHeld) return [{ at, step: 'waited', for: 'operator' }];
  if (stage !== 'ready') return [];
  const pause = pauses.of(command.lane);
  const stops = [...drains.all].map(([node, drain]) => drainStep(command, { node, ...drain }));
  if (pause !== undefined) stops.push(pauseStep(command, pause));
  return stops.length === 0 ? [{ at, step: 'waited', for: 'slot' }] : stops;
}

export function operatorStep(act: string, by: string | undefined, at: number): Step {
  return { at, step: 'act', act, ...(by === undefined ? {} : { by }) };
}

/** What an operator has stopped, since a time. */
interface Stop {
  readonly since: string;
  readonly by?: string;
}

/** @param until when it ended; absent: it goes on */
export function pauseStep(command: Command, stop: Stop, until?: number): Waited {
  return stopStep(command, { ...stop, until }, { for: 'pause', lane: command.lane });
}

/** @param until when it ended; absent: it goes on */
export function drainStep(
  command: Command,
  { node, ...stop }: Stop & { readonly node: string },
  until?: number,
): Waited {
  return stopStep(command, { ...stop, until }, { for: 'drain', node });
}

function stopStep(
  { acceptedAt }: Command,
  { since, by, until }: Stop & { readonly until: number | undefined },
  what:
    | { readonly for: 'pause'; readonly lane: Lane }
    | { readonly for: 'drain'; readonly node: string },
): Waited {
  const at = Math.max(acceptedAt, Date.parse(since));
  return {
    at,
    step: 'waited',
    ...what,
    ...(by === undefined ? {} : { by }),
    ...(until === undefined ? {} : { ms: Math.round(until - at) }),
  };
}

/** Of a settled command. @param text as the journal keeps it; undefined: it simply succeeded, or is of an older version */
export function settledStory(
  command: Command,
  settlement: Settlement,
  text: string | undefined,
): readonly StoryStep[] {
  if (text !== undefined) return storyOf(JSON.parse(text) as Step[]);
  return storyOf([{ at: command.acceptedAt, step: 'accepted' }, settledStep(settlement)]);
}

function settledStep({ at, state, reason }: Settlement): Step {
  return { at, step: 'settled', state, ...(reason === undefined ? {} : { reason }) };
}
