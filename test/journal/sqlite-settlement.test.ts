import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NodeOutcome, Settlement } from '../../src/core/model.ts';
import { SqliteJournal } from '../../src/journal/sqlite/journal.ts';
import { connect, type JournalConnection } from '../../src/journal/sqlite/open/connection.ts';
import { scratch } from './support/driver.ts';
import { aSettlement, batch, begun } from './support/writes.ts';

let dir: string;
let connection: JournalConnection;
let journal: SqliteJournal;
let seq = 0;

beforeEach(() => {
  dir = scratch();
  connection = connect(join(dir, 'journal.db'));
  journal = new SqliteJournal(connection);
});

afterEach(async () => {
  await journal.close();
  rmSync(dir, { recursive: true });
});

const PRESENT: NodeOutcome = { state: 'present', attempts: 1 };
const ALIKE = { node01: PRESENT, node02: PRESENT, node03: PRESENT };
const tokensOf = (a: string, b = a, c = a) => ({ node01: a, node02: b, node03: c });

/** The settlement that is read back, and its size in bytes. */
async function kept(settlement: Settlement) {
  seq += 1;
  await journal.commit(batch({ accept: [begun(seq)], settle: [{ seq, settlement }] }));
  const found = await journal.find(`id-${seq}`);
  const text = connection.db
    .prepare<[number], string>('SELECT settlement FROM command WHERE seq = ?')
    .pluck()
    .get(seq);
  return { settlement: found?.settlement, text: text ?? '' };
}

test('a settlement comes back as it went in, however alike its nodes are', async () => {
  const outcome = fc.oneof(
    { weight: 3, arbitrary: fc.constant(PRESENT) },
    fc.record({ state: fc.constant('absent' as const), attempts: fc.nat(2) }),
    fc.record({
      state: fc.constant('unknown' as const),
      attempts: fc.nat(1),
      lastResponse: fc.constantFrom('408', '500'),
    }),
    fc.record({
      state: fc.constant('present' as const),
      attempts: fc.constant(3),
      restored: fc.constant('mapped' as const),
      dropped: fc.constantFrom(['a', 'b'], ['a,b'], [''], []),
    }),
  );
  const nodes = fc.oneof(
    fc.record({ node01: outcome, node02: outcome, node03: outcome }),
    outcome.map((one) => ({ node01: one, node02: one, node03: one })),
    // Nodes of another list than the command's, and in another order.
    outcome.map((one) => ({ node01: one })),
    outcome.map((one) => ({ node03: one, node02: one, node01: one })),
  );
  const token = fc.constantFrom('1.000001', '1.000002');
  const tokens = fc.oneof(
    fc.constant({}),
    token.map((one) => tokensOf(one)),
    fc.tuple(token, token, token).map((all) => tokensOf(...all)),
    token.map((one) => ({ node02: one })),
  );
  const settlement = fc.record(
    { nodes, tokens, reason: fc.constantFrom('deadline' as const, 'diverged' as const) },
    { requiredKeys: ['nodes'] },
  );
  await fc.assert(
    fc.asyncProperty(settlement, async (over) => {
      const given = aSettlement(over);
      expect((await kept(given)).settlement).toEqual(given);
    }),
  );
});

/** Two values of each field; a new field of an outcome does not compile before it has its two. */
const UNLIKE: {
  readonly [Field in keyof NodeOutcome]-?: readonly [NodeOutcome[Field], NodeOutcome[Field]];
} = {
  state: ['present', 'unknown'],
  attempts: [1, 2],
  lastResponse: ['408', '500'],
  restored: ['unchanged', 'exact'],
  dropped: [['a'], ['b']],
  retired: [true, undefined],
};

test.each(Object.entries(UNLIKE))(
  'nodes that differ in %s alone are told apart',
  async (field, [one, other]) => {
    const outcome = (value: unknown) => ({ ...PRESENT, [field]: value });
    const nodes = { node01: outcome(one), node02: outcome(other), node03: outcome(one) };
    const given = aSettlement({ nodes });
    expect((await kept(given)).settlement).toEqual(given);
  },
);

test('where all nodes ended alike it names none of them', async () => {
  const given = aSettlement({ nodes: ALIKE, tokens: tokensOf('1790000000.000001') });
  const { settlement, text } = await kept(given);
  expect(settlement).toEqual(given);
  expect(text).not.toContain('node0');
  expect(text.length).toBeLessThan(150);
  expect(await journal.tokens([`group-${seq}`])).toEqual(new Map([[`group-${seq}`, given.tokens]]));
});

test('members with a comma in their name are told apart', async () => {
  const mapped = (...dropped: string[]): NodeOutcome => ({
    state: 'present',
    attempts: 3,
    restored: 'mapped',
    dropped,
  });
  const nodes = { node01: mapped('a', 'b'), node02: mapped('a,b'), node03: mapped('a', 'b') };
  const given = aSettlement({ nodes });
  expect((await kept(given)).settlement).toEqual(given);
});
