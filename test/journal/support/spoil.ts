/** Two hundred ways to damage a journal's file, drawn from a seed: by a disk, and by a hand. */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import Database from 'better-sqlite3';

export interface Variant {
  readonly name: string;
  readonly spoil: (file: string) => void;
}

type Random = () => number;

/** mulberry32: the same numbers from the same seed. */
function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const KINDS: readonly ((random: Random) => Variant)[] = [
  flipBit,
  flipBit,
  swapPages,
  zeroPage,
  truncate,
  copyPage,
  editWord,
  editColumn,
  swapRows,
  deleteRow,
  copyRow,
];

export function variants(count: number, seed: number): readonly Variant[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, (_, index) => {
    const { name, spoil } = (KINDS[index % KINDS.length] ?? flipBit)(random);
    return { name: `${index} ${name}`, spoil };
  });
}

function inFile(file: string, change: (handle: number, size: number) => void): void {
  const handle = openSync(file, 'r+');
  try {
    change(handle, fstatSync(handle).size);
  } finally {
    closeSync(handle);
  }
}

const PAGE = 4096;

function pageOf(handle: number, index: number): Buffer {
  const page = Buffer.alloc(PAGE);
  readSync(handle, page, 0, PAGE, index * PAGE);
  return page;
}

function flipBit(random: Random): Variant {
  const [where, bit] = [random(), Math.floor(random() * 8)];
  return {
    name: `bit ${bit} at ${where.toFixed(6)} of the file flipped`,
    spoil: (file) =>
      inFile(file, (handle, size) => {
        const at = Math.floor(where * size);
        const byte = Buffer.alloc(1);
        readSync(handle, byte, 0, 1, at);
        byte[0] = (byte[0] ?? 0) ^ (1 << bit);
        writeSync(handle, byte, 0, 1, at);
      }),
  };
}

function twoPages(random: Random): (size: number) => readonly [number, number] {
  const [one, other] = [random(), random()];
  return (size) => {
    const count = size / PAGE;
    const first = Math.floor(one * count);
    return [first, (first + 1 + Math.floor(other * (count - 1))) % count];
  };
}

function swapPages(random: Random): Variant {
  const pages = twoPages(random);
  return {
    name: 'two pages swapped',
    spoil: (file) =>
      inFile(file, (handle, size) => {
        const [one, other] = pages(size);
        const [a, b] = [pageOf(handle, one), pageOf(handle, other)];
        writeSync(handle, a, 0, PAGE, other * PAGE);
        writeSync(handle, b, 0, PAGE, one * PAGE);
      }),
  };
}

function copyPage(random: Random): Variant {
  const pages = twoPages(random);
  return {
    name: 'a page overwritten with another',
    spoil: (file) =>
      inFile(file, (handle, size) => {
        const [one, other] = pages(size);
        writeSync(handle, pageOf(handle, one), 0, PAGE, other * PAGE);
      }),
  };
}

function zeroPage(random: Random): Variant {
  const where = random();
  return {
    name: 'a page of zeros',
    spoil: (file) =>
      inFile(file, (handle, size) => {
        writeSync(handle, Buffer.alloc(PAGE), 0, PAGE, Math.floor((where * size) / PAGE) * PAGE);
      }),
  };
}

function truncate(random: Random): Variant {
  const share = random();
  return {
    name: `cut to ${share.toFixed(3)} of its length`,
    spoil: (file) =>
      inFile(file, (handle, size) => ftruncateSync(handle, Math.floor(share * size))),
  };
}

/** Rows are found by their place among all, so that each table has its share of the damage. */
function bySql(name: string, change: (db: Database.Database) => void): Variant {
  return {
    name,
    spoil: (file) => {
      const db = new Database(file);
      try {
        db.pragma('foreign_keys = OFF');
        change(db);
      } finally {
        db.close();
      }
    },
  };
}

function pick<Value>(random: Random, values: readonly Value[]): Value {
  return values[Math.floor(random() * values.length)] as Value;
}

const WORDS: readonly (readonly [column: string, from: string, to: string])[] = [
  ['state', 'committed', 'refused'],
  ['state', 'rolled_back', 'committed'],
  ['state', 'committed', 'commiuted'],
  ['state', 'applying', 'compensating'],
  ['state', 'applying', 'accepted'],
  ['op', 'create', 'delete'],
  ['lane', 'interactive', 'bulk'],
  ['reason', 'deadline', 'cancelled'],
];

function editWord(random: Random): Variant {
  const [column, from, to] = pick(random, WORDS);
  const where = random();
  return bySql(`${column} ${from} of one command edited to ${to}`, (db) => {
    db.prepare(
      `UPDATE command SET ${column} = ? WHERE seq = (${someRow('command', `${column} = '${from}'`)})`,
    ).run(to, where, where);
  });
}

const EDITS: readonly (readonly [table: string, edit: string])[] = [
  ['command', `id = id || 'x'`],
  ['command', `group_id = group_id || 'x'`],
  ['command', 'ensure = 1 - ensure'],
  ['command', `token = '1.000001'`],
  ['command', 'cluster = 3 - cluster'],
  ['command', 'accepted_at = accepted_at + 1'],
  ['command', 'deadline_at = deadline_at + 60000'],
  ['command', 'began_at = CASE WHEN began_at IS NULL THEN accepted_at END'],
  ['command', 'stuck = 1 - stuck'],
  ['command', 'held = 1'],
  ['command', 'lived = lived + 1'],
  ['command', 'marked = 1 - marked'],
  ['command', 'loose = 1 - loose'],
  ['command', `settlement = replace(settlement, 'present', 'absent')`],
  ['command', 'settled_at = NULL, settlement = NULL'],
  ['command', 'accept_sum = NULL'],
  ['command', 'state_sum = NULL'],
  ['command', `record_digest = 'x'`],
  ['entry', `kind = 'stuck'`],
  ['entry', `body = replace(body, 'deadline', 'cancelled')`],
  ['entry', `body = replace(body, 'absent', 'present')`],
  ['record', `text = replace(text, '1', '2')`],
  ['kept', `value = value || ' '`],
  ['kept', `name = name || 'x'`],
  ['cluster', `nodes = replace(nodes, 'node02', 'node03')`],
  ['act', `who = 'root'`],
  ['act', `outcome = 'refused'`],
  ['head', 'last_seq = last_seq - 1'],
  ['head', `last_token = '1.000001'`],
  ['head', 'lived = 0'],
  ['head', 'live_count = live_count + 1'],
];

function editColumn(random: Random): Variant {
  const [table, edit] = pick(random, EDITS);
  const where = random();
  return bySql(`${table}: ${edit}`, (db) => {
    db.prepare(`UPDATE ${table} SET ${edit} WHERE ${KEY[table]} = (${someRow(table)})`).run(
      where,
      where,
    );
  });
}

const KEY: Readonly<Record<string, string>> = {
  command: 'seq',
  entry: 'seq * 1000 + n',
  record: 'seq',
  act: 'number',
  kept: 'name',
  cluster: 'id',
  head: 'only',
};

/** The key of the row at a place in its table; the place is a parameter, given twice. */
function someRow(table: string, condition = 'TRUE'): string {
  const all = `SELECT ${KEY[table]} AS key, row_number() OVER () - 1 AS place, count(*) OVER () AS total FROM ${table} WHERE ${condition}`;
  return `SELECT key FROM (${all}) WHERE place <= ? * total AND place + 1 > ? * total`;
}

const ROWS = ['command', 'command', 'entry', 'record', 'kept', 'cluster', 'head'];

function deleteRow(random: Random): Variant {
  const table = pick(random, ROWS);
  const where = random();
  return bySql(`a row of ${table} deleted`, (db) => {
    db.prepare(`DELETE FROM ${table} WHERE ${KEY[table]} = (${someRow(table)})`).run(where, where);
  });
}

/** All columns but the key and the unique id change places. */
function swapRows(random: Random): Variant {
  const table = pick(random, ['command', 'record']);
  const [one, other] = [random(), random()];
  return bySql(`two rows of ${table} swapped`, (db) => {
    const key = db.prepare<[number, number], number>(someRow(table)).pluck();
    const [a, b] = [key.get(one, one), key.get(other, other)];
    db.prepare(`UPDATE ${table} SET seq = -1 WHERE seq = ?`).run(a);
    db.prepare(`UPDATE ${table} SET seq = ? WHERE seq = ?`).run(a, b);
    db.prepare(`UPDATE ${table} SET seq = ? WHERE seq = -1`).run(b);
  });
}

const COPIED = [
  'state, reason, settled_at, settlement, marked, loose, lived, state_sum',
  'op, group_id, token, cluster, accept_sum',
];

function copyRow(random: Random): Variant {
  const columns = pick(random, COPIED);
  const [one, other] = [random(), random()];
  return bySql(`columns of one command copied to another: ${columns}`, (db) => {
    const key = db.prepare<[number, number], number>(someRow('command')).pluck();
    const [from, to] = [key.get(one, one), key.get(other, other)];
    db.prepare(
      `UPDATE command SET (${columns}) = (SELECT ${columns} FROM command WHERE seq = ?) WHERE seq = ?`,
    ).run(from, to);
  });
}
