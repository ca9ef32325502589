/**
 * The batch machine. Acts for clients and executors that have arrived are run in one batch: all their
 * writes go into one commit, and answers and orders leave after it (P2, P3). While a commit runs, the
 * acts of the next batch gather: that is group commit. Dispatch and looks come behind each commit.
 */
import type { CommitResult } from '../journal/port.ts';
import { Batch } from './batch.ts';
import { type Act, Inbox, type Requested } from './inbox.ts';
import type { CoordinatorPorts } from './ports.ts';
import type { Looks } from './queries/looks.ts';

/** The most acts of one batch, whether they write or not: sockets are read between batches. */
const BATCH_ITEMS_MAX = 1000;
/** The longest that a batch runs acts, ms: a request that arrives meanwhile waits no longer for the next. */
const BATCH_MS_MAX = 5;

const NOTHING: CommitResult = { existing: new Map() };

export interface BatchLoopStart {
  readonly ports: Pick<CoordinatorPorts, 'journal' | 'now' | 'at'>;
  readonly looks: Looks;
  /** How long the daemon has lived by now, over all its lives: whole ms. */
  readonly lived: () => number;
  /** Hands out commands; what they rest on is durable. */
  readonly dispatch: () => Promise<void>;
  /** A batch has ended. */
  readonly onBatch?: (() => void) | undefined;
  /** A batch failed: the journal is out of reach, or a programmer erred. No further act is run. */
  readonly onFatal: (error: unknown) => void;
}

export class BatchLoop {
  readonly #start: BatchLoopStart;
  readonly #inbox: Inbox;
  /** The batches under way, until the inbox is empty. */
  #running: Promise<void> | undefined;
  #state: 'open' | 'closed' | 'failed' = 'open';

  constructor(start: BatchLoopStart) {
    this.#start = start;
    this.#inbox = new Inbox(start.ports.now);
  }

  /** Acts that wait for a batch. */
  get backlog(): number {
    return this.#inbox.size;
  }

  get hasFailed(): boolean {
    return this.#state === 'failed';
  }

  /** Requests are not read for now. */
  get isFull(): boolean {
    return this.#inbox.isFull;
  }

  /** Runs an act of the daemon in one of the next batches. */
  readonly post = (act: Act): void => {
    if (this.#state !== 'open') return;
    this.#inbox.push(act);
    this.#running ??= this.#run();
  };

  /** Runs the acts of a client's request, in the turns of the client. */
  request(requested: Requested): void {
    if (this.#state !== 'open') return;
    this.#inbox.request(requested);
    this.#running ??= this.#run();
  }

  /** Ends it, when all acts have run; later ones are dropped. */
  async close(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    if (this.#state === 'open') this.#state = 'closed';
  }

  async #run(): Promise<void> {
    const { looks, onFatal } = this.#start;
    try {
      // Requests that arrive with the first one share its commit.
      await this.#readSockets();
      while (this.#inbox.size > 0 || looks.size > 0) {
        await this.#runBatch();
        await this.#readSockets();
      }
    } catch (error) {
      // Nobody knows what is durable: nothing more is sent about any command.
      this.#state = 'failed';
      onFatal(error);
    } finally {
      this.#running = undefined;
    }
  }

  /** One turn of the event loop; by the port, so that a simulation decides what comes between. */
  #readSockets(): Promise<void> {
    const { ports } = this.#start;
    return new Promise((resolve) => ports.at(ports.now(), resolve));
  }

  async #runBatch(): Promise<void> {
    const { ports, looks, lived, dispatch, onBatch } = this.#start;
    const batch = new Batch(lived());
    const until = ports.now() + BATCH_MS_MAX;
    for (let count = 0; count < BATCH_ITEMS_MAX && !batch.isFull; count++) {
      const act = this.#inbox.shift();
      if (act === undefined) break;
      act(batch);
      if (ports.now() >= until) break;
    }
    await batch.finish(batch.hasWrites ? await ports.journal.commit(batch.contents) : NOTHING);
    await dispatch();
    looks.add(batch.looks);
    await looks.spend();
    onBatch?.();
  }
}
