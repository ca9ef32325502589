/** The daemon's answers as text for people. Text from nodes and keys is made harmless. */

import { durationText } from '../../base/time/duration-text.ts';
import type { NodeOutcome } from '../../core/model.ts';
import type { CommandAnswer } from '../../protocol/answer.ts';
import type { ErrorReply } from '../../protocol/errors.ts';
import { storyTable } from './story-text.ts';
import { indent, table } from './table.ts';
import { type Colour, plain, type Terminal } from './terminal.ts';

/** The meaning of each reason, and the remedy. */
export const REASONS: Readonly<Record<NonNullable<CommandAnswer['reason']>, string>> = {
  already_exists: 'every node holds this key already; nothing was changed',
  not_found: 'no node holds this key; nothing was changed',
  diverged: 'some nodes hold this key, others do not; --ensure makes them alike',
  different: 'a node holds this key with another content; --ensure does not overwrite it',
  deadline: 'it was not done in time',
  node_refused: 'a node refused it; see its last response',
  cancelled: 'it was cancelled',
};

const HELD = 'it does not run; decide by lockstep restore --resume or --abandon';

const FORWARD_ONLY =
  'a node has deleted its record, or may have: it continues until all nodes have; lockstep abandon gives it up';

const PARKED = 'it crashed the daemon and no longer runs; decide by lockstep retry or abandon';

const STUCK =
  'fix the node that fails: then it ends by itself, or at once by lockstep retry; if the node is gone for good: lockstep node retire';

const COLOURS: Readonly<Record<CommandAnswer['state'], Colour>> = {
  accepted: 'yellow',
  applying: 'yellow',
  compensating: 'yellow',
  committed: 'green',
  rolled_back: 'red',
  refused: 'red',
  abandoned: 'red',
};

/** One line: `create 5: committed in 4 ms`. */
export function headline(answer: CommandAnswer, terminal: Terminal): string {
  const state = terminal.paint(COLOURS[answer.state], outcomeText(answer));
  const time = `${isSettled(answer) ? 'in' : 'for'} ${durationText(answer.elapsedMs)}`;
  const stuck = answer.stuck === true ? `, ${terminal.paint('red', 'stuck')}` : '';
  const asked = answer.askedAs === undefined ? '' : ` (asked as ${plain(answer.askedAs)})`;
  const forward = answer.forwardOnly === true ? ', cannot be undone' : '';
  return `${answer.op} ${plain(answer.groupId)}${asked}: ${state}${stuck} ${time}${forward}`;
}

export function isSettled({ state }: Pick<CommandAnswer, 'state'>): boolean {
  return COLOURS[state] !== 'yellow';
}

/** `refused, already_exists`. */
export function outcomeText({ state, reason }: Pick<CommandAnswer, 'state' | 'reason'>): string {
  return reason === undefined ? state : `${state}, ${reason}`;
}

/** Everything about one command. */
export function details(answer: CommandAnswer, terminal: Terminal): string {
  const facts = [
    ['id', plain(answer.id)],
    ['accepted', answer.acceptedAt],
    ['lane', answer.lane],
    ['held', answer.held === true ? HELD : undefined],
    ['parked', answer.parked === true ? PARKED : undefined],
    ['stuck', answer.stuck === true ? STUCK : undefined],
    ['waits for', answer.waitsFor === undefined ? undefined : plain(answer.waitsFor)],
    ['record', answer.record === undefined ? undefined : recordText(answer.record)],
    ['why', whyOf(answer)],
  ].filter((fact): fact is [string, string] => fact[1] !== undefined);
  const room = terminal.roomFor({ indent: 2 });
  const lines = facts.map(([name, value]) => `${name}: ${value}`);
  const nodes = answer.nodes === undefined ? [] : ['', nodeTable(answer.nodes, room)];
  const story = answer.story === undefined ? [] : ['', storyTable(answer.story, answer, room)];
  const text = [...lines, ...nodes, ...story].join('\n');
  return [headline(answer, terminal), indent(text)].join('\n');
}

function whyOf({ reason, forwardOnly }: CommandAnswer): string | undefined {
  if (reason !== undefined) return REASONS[reason];
  return forwardOnly === true ? FORWARD_ONLY : undefined;
}

function recordText(record: CommandAnswer['record']): string {
  return record === null ? 'removed after recordRetentionDays' : plain(JSON.stringify(record));
}

function nodeTable(nodes: NonNullable<CommandAnswer['nodes']>, room: number): string {
  return table(
    [
      { title: 'node' },
      { title: 'record' },
      { title: 'attempts', align: 'right', rank: 1 },
      { title: 'last response' },
    ],
    Object.entries(nodes).map(([name, outcome]) => [
      plain(name),
      restoredText(outcome),
      String(outcome.attempts),
      plain(outcome.lastResponse ?? ''),
    ]),
    room,
  );
}

/** `present`, `present, restored without serial, soa`, `retired, was present`. */
function restoredText({ state, restored, dropped = [], retired }: NodeOutcome): string {
  if (retired === true) return state === 'unknown' ? 'retired, not known' : `retired, was ${state}`;
  if (restored === 'exact') return `${state}, restored`;
  if (restored !== 'mapped') return state;
  return dropped.length === 0
    ? `${state}, restored`
    : `${state}, restored without ${dropped.map(plain).join(', ')}`;
}

/** The last response of each node, on one line. */
export function responsesText(answer: CommandAnswer): string {
  return Object.entries(answer.nodes ?? {})
    .flatMap(([name, { lastResponse: detail }]) =>
      detail === undefined ? [] : [`${name}: ${plain(detail)}`],
    )
    .join(' · ');
}

/** An error reply on two or three lines, for stderr. */
export function errorText({ error, id }: ErrorReply, terminal: Terminal): string {
  const again =
    error.retryAfterMs === undefined ? [] : [`again in ${durationText(error.retryAfterMs)}`];
  const about = id === undefined ? [] : [`id: ${plain(id)}`];
  const code = terminal.paint('red', error.code, process.stderr);
  const first = `${code}: ${plain(asTyped(error))}`;
  const hint = error.hint.replace('after retryAfterMs', again.length > 0 ? 'then' : 'later');
  return [first, indent([plain(hint), ...again, ...about].join('\n'))].join('\n');
}

/** The typed argument, by the field of the request that it became. */
const TYPED: Readonly<Record<string, string>> = {
  groupId: 'the key',
  id: 'the id',
  state: '--state',
  node: '--node',
  olderThanMs: '--older-than',
  youngerThanMs: '--younger-than',
  limit: '--limit',
  cursor: '--cursor',
  deadlineMs: '--deadline',
};

/** The message, with the name of the argument in place of the field. */
function asTyped({ field, message }: ErrorReply['error']): string {
  // As a whole word: a node may be called `node02`.
  if (field === undefined || !message.startsWith(`${field} `)) return message;
  const typed = TYPED[field.replace(/^filter\./, '').replace(/\.\d+$/, '')];
  return typed === undefined ? message : typed + message.slice(field.length);
}
