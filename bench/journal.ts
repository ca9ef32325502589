/** The cost of the journal alone. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Journal } from '../src/journal/port.ts';
import { openSqliteJournal } from '../src/journal/sqlite/open/open.ts';
import { runBench } from './rig/bench.ts';
import { EMPTY_BATCH, fillHistory, HistoryMaker } from './rig/history.ts';
import { latencies, median } from './rig/statistics.ts';
import { columns } from './rig/table.ts';

/** Above the sequence numbers of the history. */
type Turn = ReturnType<HistoryMaker['make']>;

const HEAD = ['journal', 'µs a command', 'p50 ms of a commit', 'p99 ms', 'MiB'];

class Subject {
  readonly name: string;
  readonly file: string;
  readonly journal: Journal;
  /** Two commits each. */
  readonly tookMs: number[] = [];

  constructor(name: string, file: string) {
    this.name = name;
    this.file = file;
    this.journal = openSqliteJournal(file);
  }

  async take({ accept, settle }: Turn): Promise<void> {
    const from = performance.now();
    await this.journal.commit({ ...EMPTY_BATCH, accept });
    await this.journal.commit({ ...EMPTY_BATCH, settle });
    this.tookMs.push(performance.now() - from);
  }

  row(batch: number): string[] {
    const { p50Ms, p99Ms } = latencies(this.tookMs);
    const mib = Math.round(statSync(this.file).size / 1024 / 1024);
    const us = (p50Ms * 1000) / batch;
    return [this.name, us.toFixed(1), (p50Ms / 2).toFixed(2), (p99Ms / 2).toFixed(2), String(mib)];
  }
}

await runBench({
  name: 'journal',
  about: `
Batches of accepts, then of their settlements, each one durable commit, by the SQLite driver alone: on
a journal that was empty and on one with --history settled commands, in turn. Keys are drawn at random
from --keys: the more, the worse for the index by key. Not measured: anything but the journal.`,
  full: { batch: 64, turns: 300, history: 1_000_000, keys: 1_000_000 },
  small: { batch: 4, turns: 4, history: 20, keys: 20 },
  run: async ({ batch, turns, history, keys }, rig) => {
    await rig.look();
    const full = join(rig.dir, 'history.db');
    await fillHistory(full, history);
    const subjects = [
      new Subject('empty', join(rig.dir, 'empty.db')),
      new Subject('with history', full),
    ];
    const maker = new HistoryMaker(keys, Date.now());
    // Their sequence numbers and ids follow those of the history.
    for (let done = 0; done < history; done += 100_000)
      maker.make(Math.min(100_000, history - done));
    for (let done = -Math.ceil(turns / 4); done < turns; done++) {
      // The first quarter is warm-up.
      if (done === 0) for (const one of subjects) one.tookMs.length = 0;
      const turn = maker.make(batch);
      for (const one of subjects) await one.take(turn);
    }
    const rows = subjects.map((one) => one.row(batch));
    for (const one of subjects) await one.journal.close();
    const [empty, long] = subjects.map((one) => median(one.tookMs));
    return {
      values: {},
      text: [
        columns([HEAD, ...rows], '<>>>>'),
        `speed with history ÷ empty: ${((empty ?? 0) / (long ?? 0)).toFixed(2)}`,
      ].join('\n'),
      figures: rows,
    };
  },
});
