/** Acts of operators as text for people. */
import type { ActView } from '../../protocol/act.ts';
import { table } from './table.ts';
import { plain } from './terminal.ts';

export function actTable(acts: readonly ActView[]): string {
  return table(
    [
      { title: 'number', align: 'right' },
      { title: 'begun' },
      { title: 'act' },
      { title: 'on' },
      { title: 'by' },
      { title: 'door' },
      { title: 'outcome' },
    ],
    acts.map((act) => [
      String(act.number),
      plain(act.begunAt),
      plain(act.act),
      plain(targetOf(act)),
      plain(act.by ?? 'not named'),
      plain(act.door),
      plain(outcomeOf(act)),
    ]),
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
