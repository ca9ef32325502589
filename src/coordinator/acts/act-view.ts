/** An act for clients, for subscribers, and for the log. */
import type { StoredAct } from '../../journal/act.ts';
import type { ActView } from '../../protocol/act.ts';
import type { OpenFilter } from '../../protocol/request.ts';

export function actView(act: StoredAct): ActView {
  const { number, kind, at, by, isProven, door, on, filter, outcome, error, matched, results } =
    act;
  return {
    number,
    act: kind,
    begunAt: new Date(at).toISOString(),
    ...(by === undefined ? {} : { by }),
    proven: isProven,
    door,
    ...(on === undefined ? {} : { on }),
    ...(filter === undefined ? {} : { filter: JSON.parse(filter) as OpenFilter }),
    outcome,
    ...(error === undefined ? {} : { error }),
    ...(matched === undefined ? {} : { matched }),
    ...(results === undefined ? {} : { results }),
  };
}

/** The fields of its line in the log. */
export function noteOf(act: StoredAct): Readonly<Record<string, string | number>> {
  const { number, by, door, on, filter, outcome, error, matched, results = {} } = act;
  const counts = Object.entries(results).map(([word, count]) => `${word} ${count}`);
  return {
    act: number,
    ...(on === undefined ? {} : { on }),
    ...(filter === undefined ? {} : { filter }),
    ...(by === undefined ? {} : { by }),
    door,
    outcome,
    ...(error === undefined ? {} : { error }),
    ...(matched === undefined ? {} : { matched }),
    ...(counts.length === 0 ? {} : { results: counts.join(', ') }),
  };
}
