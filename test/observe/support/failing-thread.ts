/** A thread as the daemon's are: it logs, then an error of a saga goes uncaught. */
import { parentPort, workerData } from 'node:worker_threads';
import { openLog } from '../../../src/observe/log/log.ts';

const { thread, message, name } = workerData as { thread: string; message: string; name: string };
const log = openLog({
  app: 'lockstepd',
  thread,
  level: 'debug',
  format: 'text',
  console: 'none',
  syslog: { kind: 'none' },
});

parentPort?.on('message', () => {
  log.debug('attempt', { id: 'c-7', node: 'node02', ms: 3, body: '{"groupId":"Anna"}' });
  const error = new Error(message, { cause: new Error('the root of it') });
  error.name = name;
  Object.assign(error, {
    saga: { id: 'c-7', seq: 9, op: 'create', state: 'applying', node: 'node02', body: 'Anna' },
  });
  throw error;
});
