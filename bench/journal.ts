/**
 * What the journal costs: batches of accepts, then of their settlements, each one durable commit.
 *
 *   node bench/journal.ts [--batch 64] [--turns 300] [--history 1000000] [--keys 1000000] [--dir DIR]
 *
 * Two journals, one empty and one with `history` settled commands, take their turns alternately, so
 * that whatever else the machine does weighs on both alike. Prints each one's speed and the ratio.
 * Keys are drawn at random from `keys`: the more, the worse for the index by key.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Command } from '../src/core/model.ts';
import { formatToken } from '../src/core/token.ts';
import type { AcceptWrite, Batch, Journal, SettleWrite } from '../src/journal/port.ts';
import { openSqliteJournal } from '../src/journal/sqlite/open.ts';

const { values: given } = parseArgs({
  options: {
    batch: { type: 'string', default: '64' },
    turns: { type: 'string', default: '300' },
    history: { type: 'string', default: '1000000' },
    keys: { type: 'string', default: '1000000' },
    dir: { type: 'string', default: tmpdir() },
  },
});
const size = Number(given.batch);
const turns = Number(given.turns);
const history = Number(given.history);
const keys = Number(given.keys);

const NODES = ['node01', 'node02', 'node03'];
const EMPTY: Batch = { accept: [], begin: [], append: [], settle: [], forget: [] };
const STARTED_AT = Date.now();
/** Commands of one commit while the history is filled. */
const FILL = 5_000;

let lastSeq = 0;

function command(): Command {
  lastSeq += 1;
  const now = STARTED_AT + lastSeq / 10;
  return {
    seq: lastSeq,
    // As long as the ids the daemon gives, and rising as they do.
    id: `0199aaaa-0000-7000-8000-${lastSeq.toString(16).padStart(12, '0')}`,
    op: 'create',
    groupId: String(Math.floor(Math.random() * keys)),
    ensure: false,
    lane: 'interactive',
    token: formatToken(Math.floor(now * 1000)),
    nodes: NODES,
    acceptedAt: now,
    deadlineAt: now + 30_000,
  };
}

function settled({ seq, token, acceptedAt }: Command): SettleWrite {
  const node = { state: 'present', attempts: 1, said: '201' } as const;
  const nodes = Object.fromEntries(NODES.map((name) => [name, node]));
  const tokens = Object.fromEntries(NODES.map((name) => [name, token]));
  const at = acceptedAt + 4.125;
  return { seq, settlement: { kind: 'settled', at, state: 'committed', nodes, tokens } };
}

function turn(count: number): { readonly accept: AcceptWrite[]; readonly settle: SettleWrite[] } {
  const commands = Array.from({ length: count }, command);
  const accept = commands.map((one) => ({ command: one, begun: true }));
  return { accept, settle: commands.map(settled) };
}

/** One journal under measurement. */
class Subject {
  readonly title: string;
  readonly file: string;
  readonly journal: Journal;
  tookMs: number[] = [];

  constructor(title: string, dir: string) {
    this.title = title;
    this.file = join(dir, `${title}.db`);
    this.journal = openSqliteJournal(this.file);
  }

  async fill(count: number): Promise<void> {
    for (let done = 0; done < count; done += FILL) {
      await this.journal.commit({ ...EMPTY, ...turn(Math.min(FILL, count - done)) });
    }
    await this.journal.tidy();
  }

  /** Two durable commits. */
  async take({ accept, settle }: ReturnType<typeof turn>): Promise<void> {
    await this.#timed({ ...EMPTY, accept });
    await this.#timed({ ...EMPTY, settle });
  }

  perCommandUs(): number {
    const totalMs = this.tookMs.reduce((sum, one) => sum + one, 0);
    return (totalMs * 1000) / ((this.tookMs.length / 2) * size);
  }

  report(): void {
    const sorted = this.tookMs.toSorted((a, b) => a - b);
    const at = (share: number): string =>
      (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(2);
    const us = this.perCommandUs();
    const rate = Math.round(1_000_000 / us).toLocaleString('en');
    const mib = Math.round(statSync(this.file).size / 1024 / 1024);
    const commits = `commit p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`;
    console.log(
      `${this.title}: ${rate} commands/s, ${us.toFixed(1)} µs each; ${commits}; ${mib} MiB`,
    );
  }

  async #timed(batch: Batch): Promise<void> {
    const from = performance.now();
    await this.journal.commit(batch);
    this.tookMs.push(performance.now() - from);
  }
}

const dir = mkdtempSync(join(given.dir, 'journal-bench-'));
try {
  const empty = new Subject('empty', dir);
  const full = new Subject(`${history}-settled`, dir);
  await full.fill(history);
  for (let done = -turns / 4; done < turns; done += 1) {
    // The first quarter warms up.
    if (done === 0) for (const one of [empty, full]) one.tookMs = [];
    for (const one of [empty, full]) await one.take(turn(size));
  }
  empty.report();
  full.report();
  console.log(`ratio of speeds ${(empty.perCommandUs() / full.perCommandUs()).toFixed(2)}`);
  for (const one of [empty, full]) await one.journal.close();
} finally {
  rmSync(dir, { recursive: true });
}
