/** A thread that sends its steady clock, or plans an action for tomorrow and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { type ClockBase, steadyClock } from '../../../src/lifecycle/clock.ts';
import { atTime } from '../../../src/lifecycle/timer.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const now = steadyClock(workerData as ClockBase);

parentPort?.on('message', (message: string) => {
  if (message === 'now') return parentPort?.postMessage(now());
  atTime(now)(now() + DAY_MS, () => {});
  return parentPort?.close();
});
parentPort?.postMessage('ready');
