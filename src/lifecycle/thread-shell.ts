/**
 * The part that every thread has around its work: it beats, it receives messages of main, and it
 * never dies with an open socket. An open socket would abort the whole process (SIGABRT), so that
 * main could not end it in order.
 */
import { setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { Beat } from './beats.ts';
import type { Failure, FromThread, ShellData, ToThread } from './control.ts';
import { SocketRegistry } from './socket-registry.ts';

export interface ThreadBody {
  /** A message of main; the shell itself handles `stop` and `abandon`. */
  readonly onControl: (message: ToThread) => void;
  /** Closes everything that the thread holds, in order. */
  readonly stop: () => Promise<void>;
}

/** What a thread gets for its work. */
export interface ThreadTools {
  readonly beat: Beat;
  /** For every socket that it opens. */
  readonly sockets: SocketRegistry;
  /**
   * For every loop that reads a socket: it ends when the thread is ordered to, or the thread is
   * lost.
   */
  readonly keep: (what: string, loop: Promise<void>) => void;
}

/** An operating error during the start: sent to main as such, not as a crash. */
export class StartError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.message, options);
    this.failure = failure;
  }
}

export function sendToMain(message: FromThread): void {
  parentPort?.postMessage(message);
}

export function runThread(start: (tools: ThreadTools) => Promise<ThreadBody>): void {
  new ThreadShell().run(start);
}

/** How long an operation of ZeroMQ may take to end once its socket is closed. */
const GRACE_MS = 250;

class ThreadShell {
  readonly #data: ShellData = workerData;
  readonly #beat = new Beat(this.#data.beat);
  readonly #sockets = new SocketRegistry((open) => sendToMain({ kind: 'sockets', open }));
  /** Messages of main that arrived before there was a body to handle them. */
  readonly #early: ToThread[] = [];
  #body: ThreadBody | undefined;
  #ending = false;
  /** Its sockets were closed during its work: the errors that follow from that are ignored. */
  #isCut = false;

  run(start: (tools: ThreadTools) => Promise<ThreadBody>): void {
    this.#beat.start();
    setDefaultAutoSelectFamilyAttemptTimeout(this.#data.addressAttemptMs);
    process.on('uncaughtException', (error) => this.#die(error));
    process.on('unhandledRejection', (error) => this.#die(error));
    parentPort?.on('message', (message: ToThread) => this.#receive(message));
    void this.#begin(start);
  }

  async #begin(start: (tools: ThreadTools) => Promise<ThreadBody>): Promise<void> {
    const keep = (what: string, loop: Promise<void>): void => void this.#keep(what, loop);
    try {
      this.#body = await start({ beat: this.#beat, sockets: this.#sockets, keep });
      if (!this.#ending) this.#beat.enter('working');
      for (const message of this.#early.splice(0)) this.#body.onControl(message);
    } catch (error) {
      // The thread was ordered to end meanwhile, and its sockets are closed: probably the cause of
      // this error.
      if (this.#ending) return undefined;
      if (!(error instanceof StartError)) return this.#die(error);
      this.#cut();
      sendToMain({ kind: 'failed', failure: error.failure });
      parentPort?.close();
    }
    return undefined;
  }

  #receive(message: ToThread): void {
    if (message === 'stop') void this.#stop();
    else if (message === 'abandon') this.#abandon();
    else if (this.#body === undefined) this.#early.push(message);
    else this.#body.onControl(message);
  }

  async #stop(): Promise<void> {
    this.#ending = true;
    this.#beat.enter('stopping');
    // Still starting: there is nothing to finish, and it may wait for something that never comes.
    if (this.#body === undefined) return this.#abandon();
    await this.#body.stop();
    this.#sockets.closeAll();
    parentPort?.close();
    return undefined;
  }

  /**
   * Not at once: a thread that ends while ZeroMQ still binds a socket for it aborts the process,
   * closed or not (seen). Without sockets and port it ends by itself; if anything still holds it,
   * it is left behind.
   */
  #abandon(): void {
    this.#cut();
    parentPort?.close();
    setTimeout(() => process.exit(), GRACE_MS).unref();
  }

  async #keep(what: string, loop: Promise<void>): Promise<void> {
    await loop;
    if (!this.#ending) throw new Error(`the read loop of the socket "${what}" stopped`);
  }

  #cut(): void {
    this.#ending = true;
    this.#isCut = true;
    this.#sockets.closeAll();
  }

  #die(error: unknown): void {
    if (this.#isCut) return;
    this.#ending = true;
    this.#sockets.closeAll();
    throw error;
  }
}
