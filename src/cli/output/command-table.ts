/** Commands as a table, one row each. */

import { durationText } from '../../base/time/duration-text.ts';
import type { CommandAnswer } from '../../protocol/answer.ts';
import { ageText } from '../input/duration.ts';
import { isSettled, outcomeText, responsesText } from './answer-text.ts';
import { shortIds } from './short-id.ts';
import { type Column, table } from './table.ts';
import { plain, type Terminal } from './terminal.ts';

const SHOWN: readonly Column[] = [
  { title: 'age', align: 'right' },
  { title: 'op', rank: 3 },
  { title: 'key' },
  { title: 'outcome' },
  { title: 'took', align: 'right', rank: 2 },
  { title: 'id', isWhole: true },
];

const WIDE: readonly Column[] = [
  { title: 'accepted' },
  ...SHOWN.slice(0, 1),
  { title: 'lane' },
  ...SHOWN.slice(1),
];

/** @param terminal with `-o wide` all times and whole ids are shown */
export function commandTable(commands: readonly CommandAnswer[], terminal: Terminal): string {
  const isWide = terminal.format === 'wide';
  const all = commands.map(({ id }) => plain(id));
  const ids = isWide ? all : shortIds(all);
  // For open commands: the reason why they are open.
  const waits = commands.map((one) => (isSettled(one) ? '' : responsesText(one)));
  const hasWaits = waits.some((text) => text !== '');
  const columns = isWide ? WIDE : SHOWN;
  return table(
    hasWaits ? [...columns, { title: 'last responses', rank: 1 }] : columns,
    commands.map((one, index) => {
      const { op, groupId, elapsedMs, acceptedAt = '', lane = '' } = one;
      const age = ageOf(one);
      const own = [op, plain(groupId), stateText(one), durationText(elapsedMs), ids[index] ?? ''];
      const begun = isWide ? [acceptedAt, age, lane] : [age];
      return [...begun, ...own, ...(hasWaits ? [waits[index] ?? ''] : [])];
    }),
    terminal.roomFor(),
  );
}

/** By this machine's clock. */
function ageOf({ acceptedAt }: CommandAnswer): string {
  return acceptedAt === undefined ? '' : ageText(Date.now() - Date.parse(acceptedAt));
}

function stateText(one: CommandAnswer): string {
  const flags = [
    one.forwardOnly && 'cannot be undone',
    one.stuck && 'stuck',
    one.held && 'held',
    one.parked && 'parked',
  ];
  return [outcomeText(one), ...flags.filter((flag) => typeof flag === 'string')].join(', ');
}
