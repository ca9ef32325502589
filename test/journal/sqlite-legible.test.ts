/** Rows of a schema without checksums count as commands only after a check of each word. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JournalError } from '../../src/journal/errors.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/open/open.ts';
import { forgetSums } from './support/damage.ts';
import { scratch } from './support/driver.ts';
import { accepted, aSettlement, batch, begun, LOOSE } from './support/writes.ts';

let dir: string;
let file: string;

/** 1 is settled, 2 waits, 3 has turned, 4 is settled and left something loose, 5 was surveyed. */
beforeEach(async () => {
  dir = scratch();
  file = join(dir, 'journal.db');
  const journal = openSqliteJournal(file);
  const at = 1;
  const finding = { presence: 'absent' } as const;
  await journal.commit(
    batch({
      accept: [begun(1), accepted(2), begun(3), begun(4), accepted(5)],
      begin: [{ seq: 5, at, findings: { node01: finding, node02: finding, node03: finding } }],
      append: [
        { seq: 3, entries: [{ kind: 'node_turned', at, node: 'node01', direction: 'prior' }] },
        { seq: 3, entries: [{ kind: 'turned', at, reason: 'deadline' }] },
      ],
      settle: [
        { seq: 1, settlement: aSettlement() },
        {
          seq: 4,
          settlement: aSettlement({ state: 'rolled_back', reason: 'deadline', loose: LOOSE }),
        },
      ],
    }),
  );
  await journal.close();
});

afterEach(() => rmSync(dir, { recursive: true }));

type Look = 'find' | 'list' | 'load' | 'loadLoose' | 'lastWords';

const inEntries = (from: string, to: string): string =>
  `UPDATE entry SET body = replace(body, '${from}', '${to}')`;
const inSettlements = (from: string, to: string): string =>
  `UPDATE command SET settlement = replace(settlement, '${from}', '${to}')`;

test.each<readonly [string, string, Look, string]>([
  ['a state', `UPDATE command SET state = 'commiuted' WHERE seq = 1`, 'find', '"commiuted"'],
  ['an open state', `UPDATE command SET state = 'committe' WHERE seq = 2`, 'load', '"committe"'],
  ['a settled state', `UPDATE command SET state = 'committed' WHERE seq = 2`, 'list', 'being open'],
  ['an op', `UPDATE command SET op = 'drop' WHERE seq = 1`, 'list', 'its op is "drop"'],
  [
    'a lane',
    `UPDATE command SET lane = 'toString' WHERE seq = 2`,
    'load',
    'its lane is "toString"',
  ],
  ['a reason', `UPDATE command SET reason = 'why' WHERE seq = 4`, 'list', 'its reason is "why"'],
  ['an op alone', `UPDATE command SET op = 'x' WHERE seq = 1`, 'lastWords', 'its op is "x"'],
  ['an entry', `UPDATE entry SET kind = 'burned' WHERE kind = 'turned'`, 'load', '"burned"'],
  ['why it turned', inEntries('deadline', 'dead'), 'load', 'its reason is "dead"'],
  ['where to', inEntries('prior', 'past'), 'load', 'its direction is "past"'],
  ['a finding', inEntries('absent', 'away'), 'load', 'its presence is "away"'],
  ['a body', `UPDATE entry SET body = '7'`, 'load', 'not a JSON object'],
  ['a settlement', inSettlements('committed', 'comfitted'), 'find', '"comfitted"'],
  ['an outcome', inSettlements('present', 'presented'), 'find', 'its belief is "presented"'],
  ['what is loose', inSettlements('"effect":"present"', '"effect":1'), 'loadLoose', 'is 1'],
  ['a list of nodes', `UPDATE cluster SET nodes = '[1]'`, 'load', 'no list of nodes'],
])(
  'P10: %s that the daemon cannot have written is reported as damage of this file',
  async (...[, sql, look, sent]) => {
    const db = new Database(file);
    db.exec(sql);
    forgetSums(db);
    db.close();
    const met: JournalError[] = [];
    const journal = openSqliteJournal(file, { onDamage: (error) => met.push(error) });
    const looks = {
      find: () => journal.find('id-1'),
      list: async () => {
        const { damaged = [] } = await journal.list({}, undefined, 10);
        for (const { error } of damaged) throw error;
      },
      load: () => journal.load(0, 10),
      loadLoose: () => journal.loadLoose(0, 10),
      lastWords: () => journal.latestSettled(['group-1']),
    };
    const isNeeded = look === 'load' || look === 'loadLoose';
    const damage = {
      name: 'JournalError',
      code: isNeeded ? 'corrupt' : 'damaged',
      message: expect.stringMatching(new RegExp(`^${file}: .*${sent.replace(/"/g, '\\"')}`)),
      hint: expect.stringContaining('lockstep restore FILE'),
    };
    if (look === 'lastWords') expect(await looks.lastWords()).toEqual(new Map());
    else await expect(looks[look]()).rejects.toMatchObject(damage);
    expect(met).toEqual(isNeeded ? [] : [expect.objectContaining(damage)]);
    await journal.close();
  },
);

test('P10: a listing shows the other commands of its page, and names the damaged one', async () => {
  const db = new Database(file);
  db.exec(
    `UPDATE command SET reason = 'why' WHERE seq = 4; UPDATE command SET id = 'other' WHERE seq = 1`,
  );
  db.close();
  const met: JournalError[] = [];
  const journal = openSqliteJournal(file, { onDamage: (error) => met.push(error) });
  const { commands, damaged = [], next } = await journal.list({}, undefined, 4);
  expect(commands.map(({ command }) => command.id)).toEqual(['id-5', 'id-3', 'id-2']);
  expect(damaged).toMatchObject([{ id: 'id-4', error: { code: 'damaged' } }]);
  expect(damaged[0]?.error.message).toContain('command 4 cannot be read back');
  expect(met).toEqual(damaged.map(({ error }) => error));
  expect(await journal.list({}, next, 4)).toMatchObject({
    commands: [],
    damaged: [{ id: 'other' }],
  });
  await journal.close();
});

test('all written data is read back', async () => {
  const journal = openSqliteJournal(file);
  expect(await journal.load(0, 10)).toHaveLength(3);
  expect((await journal.list({}, undefined, 10)).commands).toHaveLength(5);
  expect(await journal.loadLoose(0, 10)).toHaveLength(1);
  await journal.close();
});
