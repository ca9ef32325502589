/**
 * The simulated cluster: one thread for each node, and the shared port in the main thread. All
 * threads end together: when one is lost, `onLost` is called, and the process must end (P8).
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { messageOf } from '../../base/error-fields.ts';
import { routerFor, type Served } from '../http/router.ts';
import { createHttpServer } from '../http/server.ts';
import { createLog } from '../log.ts';
import { errorReply } from '../node/answers.ts';
import { type Settings, SOURCES } from '../settings.ts';
import { CannotStart, EXIT_LOST, EXIT_WRONG_SETTINGS } from '../start-error.ts';
import type { FromThread, ThreadStart } from '../thread-messages.ts';
import { NodeLink } from './node-link.ts';
import { portTaken, takePorts } from './ports.ts';
import { sharedPort } from './shared-port.ts';

/** Time in which the threads must commit and close when the cluster stops. */
const STOP_MS_MAX = 2000;
const ANOTHER_PLACE = `set another place by ${SOURCES.dataDir.variable}`;

export interface Cluster {
  /** The shared port. */
  readonly port: number;
  readonly nodes: ReadonlyMap<string, { readonly port: number }>;
  /** Commits what is under way and closes everything: about 20 ms, or 2 s if a thread hangs. */
  stop(): Promise<void>;
}

/**
 * Resolves when every port listens.
 * @throws StartError
 */
export async function startCluster(
  settings: Settings,
  onLost: (error: Error) => void,
): Promise<Cluster> {
  makeDirectory(settings.dataDir);
  let served: Served | undefined;
  const log = createLog(settings.logLevel, 'shared');
  const server = createHttpServer((call, body) => {
    if (served === undefined) call.answer(errorReply(503, 'the nodes are starting'));
    else routerFor(served, log)(call, body);
  });
  const { host, port: first, nodes } = settings;
  const port = await takePorts(server, { host, first, nodes: nodes.length });
  const threads = nodes.map((name, index) => startThread(settings, name, port + 1 + index));
  for (const thread of threads) void thread.lost.then(onLost);
  await Promise.all(threads.map((thread) => thread.ready));
  const links = new Map(threads.map(({ name, link }) => [name, link]));
  served = sharedPort({ ...settings, links });
  return {
    port,
    nodes: links,
    stop: async () => {
      server.close();
      for (const { link } of threads) link.stop();
      const stopped = Promise.all(threads.map((thread) => thread.stopped));
      await Promise.race([stopped, elapsed(STOP_MS_MAX)]);
    },
  };
}

interface Thread {
  readonly name: string;
  readonly link: NodeLink;
  readonly ready: Promise<void>;
  readonly stopped: Promise<void>;
  /** Resolves if the thread ends without an order. */
  readonly lost: Promise<Error>;
}

function startThread(settings: Settings, name: string, port: number): Thread {
  const { seed, randomBehavior, showTokens, deleteMissing, dataDir } = settings;
  const { host, logLevel, remoteControls } = settings;
  const start: ThreadStart = {
    settings: { name, seed, randomBehavior, showTokens, deleteMissing },
    file: join(dataDir, `${name}.db`),
    host,
    port,
    logLevel,
    remoteControls,
  };
  const worker = new Worker(threadFile(), { workerData: start, name });
  const link = new NodeLink(worker, port);
  const ready = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  const lost = Promise.withResolvers<Error>();
  let isStopped = false;
  worker.on('message', (message: FromThread) => {
    if (message.kind === 'returned') link.take(message.returned);
    else if (message.kind === 'ready') ready.resolve();
    else {
      isStopped = true;
      if (message.kind === 'cannotStart') ready.reject(startError(message, name, port));
      stopped.resolve();
    }
  });
  worker.on('error', (error) => lost.resolve(error as Error));
  worker.on('exit', (code) => {
    if (!isStopped) lost.resolve(new Error(`the thread of ${name} ended with ${code}`));
  });
  return { name, link, ready: ready.promise, stopped: stopped.promise, lost: lost.promise };
}

/** The thread's file has the same extension as this one: `.ts` in the sources, `.js` when built. */
function threadFile(): URL {
  const extension = import.meta.filename.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`../thread.${extension}`, import.meta.url);
}

function startError(
  { cause, message }: FromThread & { kind: 'cannotStart' },
  name: string,
  port: number,
): Error {
  if (cause === 'data') {
    const text = `the data of ${name} can't be opened: ${message}; ${ANOTHER_PLACE}`;
    return new CannotStart(text, { exitCode: EXIT_LOST });
  }
  if (message.includes('EADDRINUSE')) return portTaken(`port ${port} (of ${name})`);
  return new Error(`port ${port} (of ${name}) can't be opened: ${message}`);
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    const text = `${path} can't be made: ${messageOf(error)}; ${ANOTHER_PLACE}`;
    throw new CannotStart(text, { cause: error, exitCode: EXIT_WRONG_SETTINGS });
  }
}

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
