/**
 * A thread of a small daemon, whose data says what it does. It can fail like real threads: crash,
 * end without an order, hang, never get ready. As in the real daemon, only the coordinator holds a
 * ZeroMQ socket.
 */
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { Router } from 'zeromq';
import type { ThreadData, ToThread } from '../../../src/lifecycle/control.ts';
import { runThread, StartError, sendToMain } from '../../../src/lifecycle/thread-shell.ts';

export type Behaviour =
  | 'works'
  /** Sends `drained` only when it is interrupted. */
  | 'drains when interrupted'
  /** Never sends `drained`. */
  | 'never drains'
  /** Works, and reports when no executor has a connection to a node. */
  | 'says that nodes are left'
  | 'crashes when ready'
  /** Ends without an order, and closes nothing. */
  | 'leaves a socket open'
  | 'rejects when ready'
  | 'crashes when drained'
  | 'ends when ready'
  | 'fails to start'
  /** Its running work meets its closed sockets. */
  | 'fails to start and stumbles'
  | 'never starts'
  | 'hangs when stopped'
  | 'spins when stopped'
  /** In a system call. */
  | 'blocks when stopped';

export interface SmallThreadData extends ThreadData {
  readonly behaviour: Behaviour;
  /** The pipe on which it blocks. */
  readonly fifo: string;
}

const { behaviour, name, fifo } = workerData as SmallThreadData;

runThread(async ({ sockets }) => {
  if (name === 'coordinator') {
    const socket = sockets.add(name, new Router({ linger: 0 }));
    await socket.bind(`inproc://${name}`);
    void read(socket);
    sendToMain({ kind: 'journal_held' });
  }
  if (behaviour === 'fails to start and stumbles') {
    process.nextTick(() => fail('Socket is closed'));
  }
  if (behaviour.startsWith('fails to start')) {
    throw new StartError({ message: 'the journal: in use', hint: 'Stop the other one.' });
  }
  if (behaviour === 'never starts') await new Promise(() => {});
  if (behaviour === 'leaves a socket open') sockets.add('a node', { close: () => {} });
  sendToMain({ kind: 'ready' });
  setImmediate(misbehave);
  if (behaviour === 'ends when ready') {
    sockets.closeAll();
    parentPort?.close();
  }
  return {
    onControl: hear,
    stop: async () => {
      if (behaviour === 'hangs when stopped') await new Promise(() => {});
      while (behaviour === 'spins when stopped');
      if (behaviour === 'blocks when stopped') readFileSync(fifo);
    },
  };
});

function hear(message: ToThread): void {
  if (message === 'nodes_left' && behaviour === 'says that nodes are left') {
    console.log(JSON.stringify(['info', 'nodes are left', {}]));
  }
  if (message !== 'drain' && message !== 'interrupt') return;
  if (behaviour === 'never drains') return;
  if (behaviour === 'crashes when drained') throw new Error('crashed on purpose');
  if (behaviour === 'drains when interrupted' && message === 'drain') return;
  sendToMain({ kind: 'drained' });
}

function fail(message: string): never {
  throw new Error(message);
}

function misbehave(): void {
  if (behaviour === 'leaves a socket open') process.exit();
  if (behaviour === 'crashes when ready') throw new Error('crashed on purpose');
  if (behaviour === 'rejects when ready') void Promise.reject(new Error('rejected on purpose'));
}

/** As real threads have it: a receive is under way at all times. */
async function read(socket: Router): Promise<void> {
  for await (const _ of socket);
}
