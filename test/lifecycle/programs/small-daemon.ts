/**
 * A daemon with nothing but its lifecycle: threads that follow orders (small-thread.ts), signals,
 * shutdown. Prints its log on stdout, one JSON array a line: level, message, fields.
 */
import { clockBase } from '../../../src/lifecycle/clock.ts';
import { leave } from '../../../src/lifecycle/leave.ts';
import { Shutdown } from '../../../src/lifecycle/shutdown.ts';
import { listenToSignals } from '../../../src/lifecycle/signals.ts';
import { Threads } from '../../../src/lifecycle/threads.ts';
import type { Fields, Log, LogLevel } from '../../../src/observe/log/log-port.ts';
import type { Behaviour, SmallThreadData } from './small-thread.ts';

export interface SmallDaemonSetting {
  readonly coordinator: Behaviour;
  readonly executors: readonly Behaviour[];
  readonly drainMs: number;
  readonly interruptMs: number;
  readonly hardExitMs: number;
  /** A pipe without a writer, for a thread that blocks. */
  readonly fifo: string;
}

const setting = JSON.parse(process.argv[2] ?? '{}') as SmallDaemonSetting;
const entry = new URL('./small-thread.ts', import.meta.url);
const clock = clockBase();

function say(level: LogLevel) {
  return (message: string, fields: Fields = {}): void => {
    const shown = Object.entries(fields).map(([key, value]) => [
      key,
      value instanceof Error ? value.message : value,
    ]);
    console.log(JSON.stringify([level, message, Object.fromEntries(shown)]));
  };
}

const log: Log = {
  error: say('error'),
  warn: say('warn'),
  info: say('info'),
  debug: say('debug'),
  wants: () => true,
  setLevel: (level) => say('info')(`level ${level}`),
};

const threads = new Threads({ onLoss: (loss) => shutdown.lose(loss) });
const executors = setting.executors.map((_, index) => `executor-${index + 1}`);
const shutdown = new Shutdown({
  threads,
  coordinator: 'coordinator',
  executors,
  log,
  drainMs: setting.drainMs,
  interruptMs: setting.interruptMs,
  escalateMs: setting.hardExitMs / 2,
  hardExitMs: setting.hardExitMs,
  logMore: () => log.setLevel('debug'),
  stopExitCode: 79,
  exit: (code) => leave(code, threads.areStuck),
});
listenToSignals(
  {
    onStop: (by) => shutdown.ask(by),
    onToggleDebug: () => log.info('toggled'),
    onUnsupervised: () => log.info('nobody supervises it'),
    onIgnored: (by) => log.info(`${by} is ignored`),
  },
  'without',
);
process.on('SIGUSR2', () => shutdown.restart('its time is over'));

function start(name: string, behaviour: Behaviour): void {
  threads.start<SmallThreadData>(entry, { name, clock, behaviour, fifo: setting.fifo });
}

start('coordinator', setting.coordinator);
for (const [index, behaviour] of setting.executors.entries()) {
  start(executors[index] ?? '', behaviour);
}
await threads.received('coordinator', 'journal_held');
log.info('journal held');
await Promise.all(threads.names.map(async (name) => threads.received(name, 'ready')));
log.info('ready');
