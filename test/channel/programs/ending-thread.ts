/** Two threads with a channel between them, both readers; one of them ends as it is told (see the test). */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Pair } from 'zeromq';
import {
  CHANNEL_SOCKET,
  Channel,
  type ChannelEnd,
  channelEnds,
} from '../../../src/channel/channel.ts';

interface Data {
  readonly end: ChannelEnd;
  readonly how: string | undefined;
}

function startThread(data: Data): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: 48 };
  return new Worker(new URL(import.meta.url), { workerData: data, resourceLimits });
}

async function runMain(how: string): Promise<void> {
  const { bound, connected } = channelEnds('executor-1');
  const other = startThread({ end: bound, how: undefined });
  await new Promise((resolve) => other.once('message', resolve));
  const ending = startThread({ end: connected, how });
  ending.on('error', (error: NodeJS.ErrnoException) => console.log(error.code ?? error.message));
  ending.on('exit', () => process.exit(7));
  ending.on('message', () => how === 'hang' && setTimeout(() => process.exit(7), 200));
}

async function runThread({ end, how }: Data): Promise<void> {
  const channel = new Channel(new Pair(CHANNEL_SOCKET), end);
  await channel.open();
  void channel.receive(() => {});
  await channel.send('I am here');
  parentPort?.on('message', () => {});
  parentPort?.postMessage('open');
  if (how !== undefined) setImmediate(() => endBy(how));
}

function endBy(how: string): void {
  if (how === 'crash') throw new Error('boom');
  if (how === 'exit') process.exit(0);
  if (how === 'hang') for (;;);
  hoard([]);
}

function hoard(kept: object[]): void {
  for (let count = 0; count < 1000; count++) kept.push({ text: String(kept.length) });
  setImmediate(() => hoard(kept));
}

if (isMainThread) await runMain(process.argv[2] ?? '');
else await runThread(workerData as Data);
