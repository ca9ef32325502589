/**
 * What every thread does around its work: it hears main, and it never dies with an open socket,
 * for that would abort the whole process (SIGABRT) instead of letting main end it in order.
 */
import { parentPort } from 'node:worker_threads';
import type { Failure, FromThread, ToThread } from './control.ts';

export interface ThreadBody {
  /** Main's word; `stop` is handled by the shell. */
  readonly onControl: (message: ToThread) => void;
  /** Closes what it holds, in good order. */
  readonly stop: () => Promise<void>;
}

/** An operating error met while starting: told to main as such, not as a crash. */
export class StartError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure, cause?: unknown) {
    super(failure.message, { cause });
    this.failure = failure;
  }
}

/** Sockets and the like that must be closed before the thread may die; closing is synchronous. */
export type Closables = Set<{ close(): void }>;

export function tellMain(message: FromThread): void {
  parentPort?.postMessage(message);
}

export function runThread(start: (closables: Closables) => Promise<ThreadBody>): void {
  const closables: Closables = new Set();
  const closeAll = () => {
    for (const one of closables) one.close();
    closables.clear();
  };
  const die = (error: unknown) => {
    closeAll();
    throw error;
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
  start(closables).then(
    (body) => {
      parentPort?.on('message', (message: ToThread) => {
        if (message !== 'stop') return body.onControl(message);
        void body.stop().then(() => {
          closeAll();
          parentPort?.close();
        });
        return undefined;
      });
    },
    (error: unknown) => {
      if (!(error instanceof StartError)) return die(error);
      closeAll();
      tellMain({ kind: 'failed', failure: error.failure });
      parentPort?.close();
    },
  );
}
