/**
 * What every thread does around its work: it beats, it hears main, and it never dies with an open
 * socket, for that would abort the whole process (SIGABRT) instead of letting main end it in order.
 */
import { setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { Beat } from './beats.ts';
import type { Failure, FromThread, ShellData, ToThread } from './control.ts';
import { SocketRegistry } from './socket-registry.ts';

export interface ThreadBody {
  /** Main's word; `stop` and `abandon` are handled by the shell. */
  readonly onControl: (message: ToThread) => void;
  /** Closes what it holds, in good order. */
  readonly stop: () => Promise<void>;
}

/** What a thread is given for its work. */
export interface ThreadTools {
  readonly beat: Beat;
  /** For every socket it makes. */
  readonly sockets: SocketRegistry;
  /** For every loop that reads a socket: it ends when the thread is told to, or the thread is lost. */
  readonly keep: (what: string, loop: Promise<void>) => void;
}

/** An operating error met while starting: told to main as such, not as a crash. */
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
  readonly #beat = new Beat((workerData as ShellData).beat);
  readonly #sockets = new SocketRegistry((open) => sendToMain({ kind: 'sockets', open }));
  /** What main said before there was a body to hear it. */
  readonly #early: ToThread[] = [];
  #body: ThreadBody | undefined;
  #ending = false;
  /** Its sockets are closed under its work: what that stumbles over then is no news. */
  #isCut = false;

  run(start: (tools: ThreadTools) => Promise<ThreadBody>): void {
    this.#beat.start();
    setDefaultAutoSelectFamilyAttemptTimeout((workerData as ShellData).addressAttemptMs);
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
      // It was told to end meanwhile, and its sockets are closed: that may well have been why.
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
    // Still starting: it has nothing to finish, and may be waiting for what never comes.
    if (this.#body === undefined) return this.#abandon();
    await this.#body.stop();
    this.#sockets.closeAll();
    parentPort?.close();
    return undefined;
  }

  /**
   * Not in this very moment: a thread that ends while ZeroMQ still binds a socket for it aborts the
   * process, closed or not (seen). Without sockets and port it ends by itself; what holds it then is
   * left behind.
   */
  #abandon(): void {
    this.#cut();
    parentPort?.close();
    setTimeout(() => process.exit(), GRACE_MS).unref();
  }

  async #keep(what: string, loop: Promise<void>): Promise<void> {
    await loop;
    if (!this.#ending) throw new Error(`nobody reads the socket of the ${what} any more`);
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
