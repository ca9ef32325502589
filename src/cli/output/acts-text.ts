/** Acts of operators as text for people. */
import type { ActView } from '../../protocol/act.ts';
import { ageText } from '../input/duration.ts';
import { table } from './table.ts';
import { plain, type Terminal } from './terminal.ts';

/** With `-o wide` also the time of each. */
export function actTable(acts: readonly ActView[], terminal: Terminal): string {
  const isWide = terminal.format === 'wide';
  return table(
    [
      { title: 'number', align: 'right', rank: 1 },
      ...(isWide ? [{ title: 'begun' }] : []),
      { title: 'age', align: 'right' },
      { title: 'act' },
      { title: 'on' },
      { title: 'by' },
      { title: 'door', rank: 2 },
      { title: 'outcome' },
    ],
    acts.map((act) => [
      String(act.number),
      ...(isWide ? [plain(act.begunAt)] : []),
      ageText(Date.now() - Date.parse(act.begunAt)),
      plain(act.act),
      plain(targetOf(act)),
      plain(act.by ?? 'not named'),
      plain(act.door),
      plain(outcomeOf(act)),
    ]),
    terminal.roomFor(),
  );
}

function targetOf({ act, on, filter }: ActView): string {
  if (on !== undefined) return on;
  if (filter !== undefined)
    return Object.keys(filter).length === 0 ? 'all' : JSON.stringify(filter);
  return act === 'pause' || act === 'resume' ? 'both lanes' : '';
}

function outcomeOf({ outcome, error, matched, results = {} }: ActView): string {
  const counts = Object.entries(results).map(([word, count]) => `${count} ${word}`);
  const of = matched === undefined ? [] : [`${matched} matched`];
  return [outcome, ...(error === undefined ? [] : [error]), ...of, ...counts].join(', ');
}

/** `cancel order-17 by ann: done, 1 rolled_back`. */
export function actText(act: ActView): string {
  const target = targetOf(act);
  const on = target === '' ? '' : ` ${plain(target)}`;
  const author = act.by === undefined ? '' : ` by ${plain(act.by)}`;
  return `${plain(act.act)}${on}${author}: ${plain(outcomeOf(act))}`;
}
