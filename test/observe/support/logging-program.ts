/** A program that logs, in one of the ways the tests ask for. */
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { type OpenLog, openLog } from '../../../src/observe/log/log.ts';

const [mode] = process.argv.slice(2);
const LINES = 20_000;

function open(thread: string): OpenLog {
  return openLog({
    app: 'lockstepd',
    thread,
    level: 'info',
    format: 'text',
    console: 'all',
    syslog: { kind: 'none' },
    secrets: ['hush'],
  });
}

if (!isMainThread) {
  open('worker').info('while main hangs');
  const shared = workerData as Int32Array;
  Atomics.store(shared, 0, 1);
  Atomics.notify(shared, 0);
} else if (mode === 'levels') {
  const log = open('main');
  log.error('one');
  log.warn('two hush');
  log.info('three');
  log.debug('four');
  log.setLevel('debug');
  log.debug('five');
} else if (mode === 'flood') {
  const log = open('main');
  const filler = 'x'.repeat(200);
  for (let number = 0; number < LINES; number++) log.info(`${filler} flood ${number}`);
  process.stderr.write('written');
  // Until the reader has made room and the number of lost lines was written.
  setTimeout(() => {}, 2000);
} else if (mode === 'hang') {
  const log = open('main');
  const shared = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL(import.meta.url), { workerData: shared });
  // Once online, it needs nothing of main; nor may its output.
  worker.once('online', () => {
    Atomics.wait(shared, 0, 0, 20_000);
    log.info('main is back');
  });
}
