/** The daemon's answers in words for people. What nodes and keys contribute is made harmless. */
import type { CommandAnswer } from '../protocol/answer.ts';
import type { ErrorReply } from '../protocol/errors.ts';
import { durationText } from './duration.ts';
import { indent, table } from './table.ts';
import { type Colour, plain, type Terminal } from './terminal.ts';

/** What each reason means, and what can be done. */
const REASONS: Readonly<Record<NonNullable<CommandAnswer['reason']>, string>> = {
  already_exists: 'every node holds this key already; nothing was changed',
  not_found: 'no node holds this key; nothing was changed',
  diverged: 'some nodes hold this key, others do not; --ensure heals that',
  deadline: 'it was not done in time',
  node_refused: 'a node will not do it; see what it said',
  cancelled: 'somebody cancelled it',
};

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
  return `${answer.op} ${plain(answer.groupId)}: ${state}${stuck} ${time}`;
}

export function isSettled({ state }: Pick<CommandAnswer, 'state'>): boolean {
  return COLOURS[state] !== 'yellow';
}

/** `refused, already_exists`. */
export function outcomeText({ state, reason }: Pick<CommandAnswer, 'state' | 'reason'>): string {
  return reason === undefined ? state : `${state}, ${reason}`;
}

/** All there is to say of one command. */
export function details(answer: CommandAnswer, terminal: Terminal): string {
  const facts = [
    ['id', plain(answer.id)],
    ['accepted', answer.acceptedAt],
    ['lane', answer.lane],
    ['why', answer.reason === undefined ? undefined : REASONS[answer.reason]],
  ].filter((fact): fact is [string, string] => fact[1] !== undefined);
  const lines = facts.map(([name, value]) => `${name}: ${value}`);
  const nodes = answer.nodes === undefined ? [] : ['', nodeTable(answer.nodes)];
  return [headline(answer, terminal), indent([...lines, ...nodes].join('\n'))].join('\n');
}

function nodeTable(nodes: NonNullable<CommandAnswer['nodes']>): string {
  return table(
    [
      { title: 'node' },
      { title: 'record' },
      { title: 'attempts', align: 'right' },
      { title: 'said last' },
    ],
    Object.entries(nodes).map(([name, { state, attempts, said }]) => [
      plain(name),
      state,
      String(attempts),
      plain(said ?? ''),
    ]),
  );
}

/** A row a command. */
export function commandTable(commands: readonly CommandAnswer[]): string {
  return table(
    [
      { title: 'accepted' },
      { title: 'op' },
      { title: 'key' },
      { title: 'outcome' },
      { title: 'took', align: 'right' },
      { title: 'id' },
    ],
    commands.map((one) => [
      one.acceptedAt ?? '',
      one.op,
      plain(one.groupId),
      outcomeText(one) + (one.stuck === true ? ', stuck' : ''),
      durationText(one.elapsedMs),
      plain(one.id),
    ]),
  );
}

/** What each node said last, on one line. */
export function sayings(answer: CommandAnswer): string {
  return Object.entries(answer.nodes ?? {})
    .flatMap(([name, { said }]) => (said === undefined ? [] : [`${name}: ${plain(said)}`]))
    .join(' · ');
}

/** An error reply on two or three lines, for stderr. */
export function errorText({ error, id }: ErrorReply, terminal: Terminal): string {
  const again =
    error.retryAfterMs === undefined ? [] : [`again in ${durationText(error.retryAfterMs)}`];
  const about = id === undefined ? [] : [`id: ${plain(id)}`];
  const first = `${terminal.paint('red', error.code, process.stderr)}: ${plain(error.message)}`;
  return [first, indent([plain(error.hint), ...again, ...about].join('\n'))].join('\n');
}
