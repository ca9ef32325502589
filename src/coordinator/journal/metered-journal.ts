/**
 * The journal with its commits counted and timed. It marks the thread's beat while the journal works: a slow
 * disk must not look like a thread that hangs (P8).
 */
import { type Distribution, DistributionCounter } from '../../base/measure/distribution.ts';
import type { CommitResult, Journal, WriteBatch } from '../../journal/port.ts';

/** ms: a fast disk syncs in less than one, a bad disk in seconds. */
const DURATION_BOUNDS = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];
const WRITES_BOUNDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

export interface Meter {
  readonly now: () => number;
  /** The journal begins to work; the returned function ends that. */
  readonly enter: () => () => void;
}

export class MeteredJournal implements Journal {
  readonly #journal: Journal;
  readonly #meter: Meter;
  readonly #durations = new DistributionCounter(DURATION_BOUNDS);
  readonly #writes = new DistributionCounter(WRITES_BOUNDS);
  #inside = 0;
  #leave = () => {};

  constructor(journal: Journal, meter: Meter) {
    this.#journal = journal;
    this.#meter = meter;
  }

  get id(): string {
    return this.#journal.id;
  }

  get awayMs(): number | undefined {
    return this.#journal.awayMs;
  }

  get wasTaken(): boolean {
    return this.#journal.wasTaken === true;
  }

  /** Durations of successful commits, ms. */
  get commitDurations(): Distribution {
    return this.#durations.counted;
  }

  get commitWrites(): Distribution {
    return this.#writes.counted;
  }

  async commit(batch: WriteBatch): Promise<CommitResult> {
    const begun = this.#meter.now();
    const result = await this.#within(() => this.#journal.commit(batch));
    this.#durations.observe(this.#meter.now() - begun);
    this.#writes.observe(writesOf(batch));
    return result;
  }

  readonly head: Journal['head'] = () => this.#within(() => this.#journal.head());
  readonly load: Journal['load'] = (...page) => this.#within(() => this.#journal.load(...page));
  readonly loadLoose: Journal['loadLoose'] = (...page) =>
    this.#within(() => this.#journal.loadLoose(...page));
  readonly find: Journal['find'] = (id) => this.#within(() => this.#journal.find(id));
  readonly tokens: Journal['tokens'] = (groupIds) =>
    this.#within(() => this.#journal.tokens(groupIds));
  readonly latestSettled: Journal['latestSettled'] = (groupIds) =>
    this.#within(() => this.#journal.latestSettled(groupIds));
  readonly keys: Journal['keys'] = (...page) => this.#within(() => this.#journal.keys(...page));
  readonly list: Journal['list'] = (...page) => this.#within(() => this.#journal.list(...page));
  readonly records: Journal['records'] = (seqs) => this.#within(() => this.#journal.records(seqs));
  readonly foundBody: Journal['foundBody'] = (...where) =>
    this.#within(() => this.#journal.foundBody(...where));
  readonly story: Journal['story'] = (seq) => this.#within(() => this.#journal.story(seq));
  readonly keep: Journal['keep'] = (...word) => this.#within(() => this.#journal.keep(...word));
  readonly kept: Journal['kept'] = () => this.#within(() => this.#journal.kept());
  readonly park: Journal['park'] = (seq) => this.#within(() => this.#journal.park(seq));
  readonly unhold: Journal['unhold'] = (seqs) => this.#within(() => this.#journal.unhold(seqs));
  readonly prune: Journal['prune'] = (...step) => this.#within(() => this.#journal.prune(...step));
  readonly pruneRecords: Journal['pruneRecords'] = (...step) =>
    this.#within(() => this.#journal.pruneRecords(...step));
  readonly noteActs: Journal['noteActs'] = (writes) =>
    this.#within(() => this.#journal.noteActs(writes));
  readonly acts: Journal['acts'] = (...page) => this.#within(() => this.#journal.acts(...page));
  readonly pruneActs: Journal['pruneActs'] = (...step) =>
    this.#within(() => this.#journal.pruneActs(...step));
  readonly tidy: Journal['tidy'] = () => this.#within(() => this.#journal.tidy());
  readonly close: Journal['close'] = () => this.#within(() => this.#journal.close());

  async #within<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#inside++ === 0) this.#leave = this.#meter.enter();
    try {
      return await work();
    } finally {
      if (--this.#inside === 0) this.#leave();
    }
  }
}

function writesOf({ accept, begin, append, settle, forget }: WriteBatch): number {
  return accept.length + begin.length + append.length + settle.length + forget.length;
}
