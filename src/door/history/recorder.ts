/** Takes a step of the history every 5 s, for as long as the daemon runs. */
import { stat } from 'node:fs/promises';
import { codeOf } from '../../base/error-fields.ts';
import type { Log } from '../../observe/log/log-port.ts';
import type { DaemonStatus } from '../daemon-status.ts';
import { History, STEP_MS } from './history.ts';
import { type HistorySample, historyStep } from './step.ts';

/** The files of the journal, by the ends of their names. */
const JOURNAL_FILES = ['', '-wal'];

export interface HistoryOptions {
  readonly status: () => DaemonStatus;
  /** `path`: of its file, if it is in one. */
  readonly journal: { readonly kind: string; readonly path?: string };
  /** The memory at which the supervisor restarts the daemon. */
  readonly memoryLimitBytes: number;
  readonly log: Log;
}

/** Begins at once; holds no thread alive. */
export function recordHistory(options: HistoryOptions): History {
  const history = new History(Date.now());
  const recorder = new Recorder(options, history);
  setInterval(() => void recorder.step(), STEP_MS).unref();
  void recorder.step();
  return history;
}

async function journalBytesOf(path: string): Promise<number> {
  const sizes = JOURNAL_FILES.map((end) => sizeOf(`${path}${end}`));
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

class Recorder {
  readonly #options: HistoryOptions;
  readonly #history: History;
  #before: HistorySample | undefined;
  /** A disk that hangs holds back one step, and not one for each 5 s. */
  #isBusy = false;
  #failed = false;

  constructor(options: HistoryOptions, history: History) {
    this.#options = options;
    this.#history = history;
  }

  async step(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    const { status, memoryLimitBytes } = this.#options;
    const { path } = this.#options.journal;
    const journalBytes =
      path === undefined ? undefined : await this.#read(() => journalBytesOf(path));
    const memoryBytes = await this.#read(async () => process.memoryUsage.rss());
    const at = performance.now();
    const now = { at, status: status(), memoryBytes, memoryLimitBytes, journalBytes };
    this.#history.add(Date.now(), historyStep(now, this.#before));
    this.#before = now;
    this.#isBusy = false;
  }

  /** Undefined if it cannot be read; logged once. */
  async #read(read: () => Promise<number>): Promise<number | undefined> {
    try {
      return await read();
    } catch (error) {
      if (!this.#failed) this.#options.log.warn('the history of the page has gaps', { error });
      this.#failed = true;
      return undefined;
    }
  }
}

/** 0: there is no such file. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0;
    throw error;
  }
}
