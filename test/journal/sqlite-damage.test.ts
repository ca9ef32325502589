/**
 * P10: a damaged journal is not believed. Whatever is damaged is named, at the start or when its row is read, with the
 * thing to do; or every answer is that of the undamaged journal.
 *
 * 200 variants from one seed; more, or others: `DAMAGE_VARIANTS=5000 DAMAGE_SEED=7`.
 */
import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { JournalError } from '../../src/journal/errors.ts';
import type { SqliteJournal } from '../../src/journal/sqlite/journal.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/open/open.ts';
import { errorOf } from '../../src/journal/sqlite/sums/faults.ts';
import { examined } from './support/damage.ts';
import { scratch } from './support/driver.ts';
import { listAll } from './support/reading.ts';
import { variants } from './support/spoil.ts';
import { accepted, aSettlement, batch, begun, LOOSE, range } from './support/writes.ts';

const COUNT = Number(process.env['DAMAGE_VARIANTS'] ?? 200);
const SEED = Number(process.env['DAMAGE_SEED'] ?? 20_261_129);

const SETTLED = 900;
const LAST = 1_000;

let dir: string;
let sound: string;
let answers: ReadonlyMap<string, unknown>;

beforeAll(async () => {
  dir = scratch();
  sound = join(dir, 'sound.db');
  const journal = openSqliteJournal(sound);
  await fill(journal);
  answers = await answersOf(journal);
  await journal.close();
  expect(examined(sound).faults).toEqual([]);
}, 60_000);

afterAll(() => rmSync(dir, { recursive: true }));

/** Settled in all ways, with records, owner marks and loose requests; open in all states. */
async function fill(journal: SqliteJournal): Promise<void> {
  const record = (seq: number) => `{"a":${seq}1}`;
  const of = (seq: number) => ({
    groupId: `group-${seq % 400}`,
    op: seq % 5 === 0 ? ('delete' as const) : ('create' as const),
    nodes: seq % 3 === 0 ? ['node01', 'node02'] : ['node01', 'node02', 'node03'],
    ...(seq % 7 === 0 ? { record: { digest: `digest-${seq}`, bytes: record(seq).length } } : {}),
  });
  const write = (seq: number) => {
    const made = seq % 4 === 0 ? accepted(seq, of(seq)) : begun(seq, of(seq));
    return seq % 7 === 0 ? { ...made, record: record(seq) } : made;
  };
  for (let from = 1; from <= LAST; from += 100) {
    const seqs = range(from, from + 99);
    const finding = { presence: 'absent' } as const;
    const findings = { node01: finding, node02: finding };
    const turned = { kind: 'turned', at: 2, reason: 'deadline' } as const;
    const entries = [turned, { kind: 'stuck', at: 3 }] as const;
    await journal.commit({
      ...batch({
        accept: seqs.map(write),
        begin: seqs.filter((seq) => seq % 8 === 0).map((seq) => ({ seq, at: 1, findings })),
        append: seqs.filter((seq) => seq % 10 === 1).map((seq) => ({ seq, entries })),
        settle: seqs
          .filter((seq) => seq <= SETTLED)
          .map((seq) => ({ seq, settlement: settlementOf(seq) })),
      }),
      lived: from,
    });
  }
  const act = { at: 1.5, lived: 1, door: 'zeromq', isProven: true, by: 'ann' } as const;
  for (const on of ['a', 'b', 'c', 'd', 'e']) {
    const [number = 0] = await journal.noteActs({
      begin: [{ ...act, kind: 'cancel', on }],
      end: [],
    });
    await journal.noteActs({ begin: [], end: [{ number, outcome: 'done' }] });
  }
  await journal.park(LAST - 1);
  await journal.keep('life', 'ended');
  await journal.keep('lane.bulk', '{"since":1}');
  await journal.prune({ lived: 200, retentionMs: 100, limit: 100 });
}

function settlementOf(seq: number) {
  const at = seq / 3;
  if (seq % 10 === 1) {
    const loose = seq % 20 === 1 ? { loose: LOOSE } : {};
    return aSettlement({ at, state: 'rolled_back', reason: 'deadline', ...loose });
  }
  if (seq % 10 === 2) return aSettlement({ at, state: 'refused', reason: 'not_found' });
  return aSettlement({ at, tokens: { node01: `${seq}.000001`, node02: `${seq}.000002` } });
}

/** All that a journal can be asked, by question. An error that names damage is an answer. */
async function answersOf(journal: SqliteJournal): Promise<ReadonlyMap<string, unknown>> {
  const found = new Map<string, unknown>();
  const note = async (what: string, ask: () => Promise<unknown>): Promise<void> => {
    found.set(what, await ask().catch((error: unknown) => named(error)));
  };
  const keys = Array.from({ length: 400 }, (_, key) => `group-${key}`);
  await note('head', () => journal.head());
  await note('kept', () => journal.kept());
  await note('load', () => journal.load(0, 10_000));
  await note('loose', () => journal.loadLoose(0, 10_000));
  await note('acts', () => journal.acts({}, undefined, 100));
  await note('keys', () => journal.keys('', 10_000));
  await note('list', () => listAll(journal, {}, 500));
  await note('failed', () => listAll(journal, { states: ['rolled_back', 'refused'] }));
  for (const key of keys) {
    await note(`tokens ${key}`, () => journal.tokens([key]));
    await note(`latest ${key}`, () => journal.latestSettled([key]));
  }
  for (const seq of range(1, LAST)) {
    await note(`find ${seq}`, () => journal.find(`id-${seq}`));
    if (seq % 7 === 0) await note(`record ${seq}`, () => journal.records([seq]));
  }
  return found;
}

/** Passes on every error that is not a damage with its remedy. */
function named(error: unknown): JournalError {
  const isNamed =
    error instanceof JournalError && (error.code === 'corrupt' || error.code === 'damaged');
  if (isNamed && /lockstep (journal check|restore)/.test(error.hint)) return error;
  throw error;
}

interface Outcome {
  readonly how: 'refused' | 'reported' | 'unchanged' | 'believed';
  readonly why?: string;
}

/** A start on this file as `openLookedThrough` does it, in this process. */
async function startOn(file: string): Promise<Outcome> {
  let met: JournalError | undefined;
  let journal: SqliteJournal | undefined;
  try {
    journal = openSqliteJournal(file, { onDamage: (error) => (met ??= error) });
    await journal.assertLive();
    const found = errorOf(examined(file), file);
    if (found?.code === 'corrupt') throw found;
    const now = await answersOf(journal);
    const why = (found ?? met)?.message;
    if (why !== undefined) return { how: 'reported', why };
    const other = [...answers].find(([what, answer]) => !isDeepStrictEqual(now.get(what), answer));
    return other === undefined ? { how: 'unchanged' } : { how: 'believed', why: other[0] };
  } catch (error) {
    const { code, message } = named(foreign(error) ?? error);
    return { how: 'refused', why: `${code}: ${message}` };
  } finally {
    await journal?.close();
  }
}

/** A file whose first page is damaged is told as another program's, or of a newer version; both are refused. */
function foreign(error: unknown): JournalError | undefined {
  if (!(error instanceof JournalError)) return undefined;
  if (error.code !== 'foreign' && error.code !== 'newer_schema') return undefined;
  return new JournalError(error.message, { code: 'corrupt' });
}

test(`P1, P7, P10: ${COUNT} damaged journals: none is believed`, {
  timeout: 30 * 60_000,
}, async () => {
  const tally = { refused: 0, reported: 0, unchanged: 0, believed: 0 };
  const believed: string[] = [];
  for (const { name, spoil } of variants(COUNT, SEED)) {
    const file = join(dir, 'damaged.db');
    copyFileSync(sound, file);
    spoil(file);
    const isSame = readFileSync(file).equals(readFileSync(sound));
    const { how, why } = await startOn(file).catch((error: unknown) => {
      throw new Error(`variant ${name} of seed ${SEED}`, { cause: error });
    });
    tally[how]++;
    if (how === 'believed') believed.push(`${name}: ${why}`);
    if (isSame) expect(how, name).toBe('unchanged');
    for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
  }
  console.log(`damaged journals, seed ${SEED}: ${JSON.stringify(tally)}`);
  expect(believed).toEqual([]);
  expect(tally.refused).toBeGreaterThan(COUNT / 10);
  expect(tally.reported).toBeGreaterThan(COUNT / 20);
});
