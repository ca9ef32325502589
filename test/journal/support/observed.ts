/** All that a journal answers about a random history (history.ts). */
import type { ActFilter, StoredAct } from '../../../src/journal/act.ts';
import type { Journal } from '../../../src/journal/port.ts';
import { listAll } from './reading.ts';

const KEYS = ['key-0', 'key-1', 'key-2', 'key-3', 'key-4'];

export async function observed(journal: Journal) {
  return {
    head: await journal.head(),
    open: await journal.load(0, 10_000),
    loose: await journal.loadLoose(0, 10_000),
    tokens: await journal.tokens(KEYS),
    words: await journal.latestSettled(KEYS),
    records: await journal.records(Array.from({ length: 200 }, (_, seq) => seq)),
    keys: await journal.keys('key-0', 3),
    all: await listAll(journal, {}, 7),
    failed: await listAll(journal, { states: ['rolled_back', 'accepted', 'refused'] }),
    ofKey: await listAll(journal, { groupId: 'key-1' }, 2),
    stuck: await listAll(journal, { stuck: true }),
    kept: await journal.kept(),
    acts: await allActs(journal, {}, 3),
    actsOfAnn: await allActs(journal, { by: ['ann'], since: 20, before: 60 }, 2),
    actsDone: await allActs(journal, { kinds: ['cancel'], outcome: 'done' }, 2),
    ofNode: await listAll(journal, { node: 'node02' }),
  };
}

/** All pages. */
export async function allActs(
  journal: Journal,
  filter: ActFilter = {},
  limit = 100,
): Promise<readonly StoredAct[]> {
  const found: StoredAct[] = [];
  for (let below: number | undefined; ; ) {
    const { acts, next } = await journal.acts(filter, below, limit);
    found.push(...acts);
    if (next === undefined) return found;
    below = next;
  }
}
