/**
 * lockstepd: the composition root. Reads the configuration, starts the threads, reports when it is
 * ready, and stops on a signal or after a failure. No logic of its own.
 */
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { channelEnds } from './channel/channel.ts';
import type { LineEnd } from './channel/thread-line.ts';
import { openDiskGuard } from './composition/disk.ts';
import { DOOR, Door } from './composition/door.ts';
import { type Fitted, fitToDescriptors, limitRun } from './composition/memory-and-restart.ts';
import { startNanny } from './composition/nanny.ts';
import { watchNames } from './composition/node-names.ts';
import { logProtection } from './composition/protection-news.ts';
import { followSignals } from './composition/signals.ts';
import { fatalityOf, vitalsOf } from './composition/telemetry-input.ts';
import { coordinatorData, executorData, trustFor } from './composition/thread-data.ts';
import { onThreadMessage } from './composition/thread-news.ts';
import { loadSettings } from './config/load.ts';
import { makeDataFolder } from './config/machine/data-folder.ts';
import { eventsAreOff } from './config/machine/protection.ts';
import { prepareSockets } from './config/machine/sockets.ts';
import { FRESH_JOURNAL, preview } from './config/preview.ts';
import { EX_CONFIG, formatProblems } from './config/problem.ts';
import type { Settings } from './config/schema.ts';
import { packageVersion } from './config/version.ts';
import type { CoordinatorData } from './coordinator/thread.ts';
import { opsUrl } from './door/address.ts';
import { LatestFigures } from './door/latest-figures.ts';
import type { ExecutorData } from './executor/thread.ts';
import { type ClockBase, clockBase } from './lifecycle/clock.ts';
import { Crashes } from './lifecycle/crashes.ts';
import type { DiskGuard } from './lifecycle/guards/disk.ts';
import { passStartGate } from './lifecycle/guards/start-gate.ts';
import { leave } from './lifecycle/leave.ts';
import type { HangTimeouts } from './lifecycle/pulse.ts';
import { Shutdown } from './lifecycle/shutdown.ts';
import { MAIN, Threads } from './lifecycle/threads.ts';
import type { WatchdogData } from './lifecycle/watchdog/thread.ts';
import { addressOf } from './node/access/access.ts';
import { newLineRing } from './observe/log/line-ring.ts';
import { openLog } from './observe/log/log.ts';
import { type LogPlan, planLog } from './observe/log/log-plan.ts';
import type { Log } from './observe/log/log-port.ts';
import { openTelemetry, secretsOf } from './observe/telemetry.ts';

const COORDINATOR = 'coordinator';
const WATCHDOG = 'watchdog';
/**
 * How far a heap may grow beyond what is alive before it is collected, in per cent. V8's own choice
 * is up to 300, and with 100,000 open commands most of the memory is then garbage (docs/notebook/performance.md).
 */
const HEAP_GROWTH = 100;

// Its files are for its own user alone, in whichever way it was started.
process.umask(0o077);
setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH}`);
const argv = process.argv.slice(2);
const isFresh = argv.includes(FRESH_JOURNAL);
const words = argv.filter((word) => word !== FRESH_JOURNAL);
const input = { argv: words, env: process.env, cwd: process.cwd(), readsSecrets: true };
const detail = preview(input);
if (detail !== undefined) {
  (detail.exitCode === 0 ? process.stdout : process.stderr).write(detail.text);
  process.exit(detail.exitCode);
}
const loaded = loadSettings(input);
if (!loaded.ok) {
  process.stderr.write(formatProblems(loaded.problems));
  process.exit(EX_CONFIG);
}
const misplaced = makeDataFolder(loaded.settings.dataDir, loaded.sources.dataDir);
const fitted = fitToDescriptors(loaded.settings);
if ('problem' in fitted || misplaced !== undefined) {
  const problem = 'problem' in fitted ? fitted.problem : misplaced;
  process.stderr.write(formatProblems(problem === undefined ? [] : [problem]));
  process.exit(EX_CONFIG);
}
prepareSockets(loaded.settings);
const sources = new Set(Object.values(loaded.sources));
await run(
  fitted,
  [...sources].filter((source) => source !== 'default'),
);

/** @param given where settings come from, by name: variables, flags, keys of the file */
async function run({ settings, shortage }: Fitted, given: readonly string[]): Promise<void> {
  const version = packageVersion();
  const logPlan = { ...planLog(settings, process.stdout.isTTY), ring: newLineRing() };
  const log = openLog({
    ...logPlan,
    app: 'lockstepd',
    thread: MAIN,
    secrets: secretsOf(settings),
  });
  const executors = executorNames(settings);
  const latest = new LatestFigures();
  const crashes = new Crashes(join(settings.dataDir, 'crashes.json'), (error) =>
    log.warn('the count of crashes is lost', { error }),
  );
  const onJournal = (isAway: boolean) => door.noteJournal(isAway);
  const threads = new Threads({
    names: [WATCHDOG, DOOR, COORDINATOR, ...executors],
    onLoss: (loss) => {
      const isCause = !shutdown.begun;
      if (isCause && threads.has(COORDINATOR, 'journal_held')) crashes.count(loss);
      shutdown.lose(loss);
      telemetry.fatal(fatalityOf(loss), isCause);
    },
    onMessage: (_, message) => onThreadMessage(message, { latest, telemetry, crashes, onJournal }),
  });
  const telemetry = await openTelemetry({
    settings,
    version,
    log,
    vitals: () => vitalsOf(threads, latest),
  });
  const setLevel = (level: 'info' | 'debug') => {
    log.setLevel(level);
    for (const name of threads.names) threads.send(name, { logLevel: level });
  };
  const shutdown = new Shutdown({
    ...settings,
    threads,
    coordinator: COORDINATOR,
    executors,
    last: DOOR,
    log,
    logMore: () => setLevel('debug'),
    farewell: (failure) => telemetry.farewell(failure),
    exit: (code) => leave(code, threads.areStuck),
  });
  process.on('uncaughtException', (error) => {
    threads.lose({ kind: 'crashed', thread: MAIN, error });
  });
  const supervision = followSignals(settings, {
    shutdown,
    telemetry,
    log,
    setLevel,
    send: (message) => threads.send(COORDINATOR, message),
    onUnsupervised: () => door.inform(),
  });

  const clock = clockBase();
  const hangTimeouts = startNanny(threads, settings, () => door.isJournalAway);
  const disk = openDiskGuard(settings, log, {
    onChange: (fullDisk) => {
      threads.send(COORDINATOR, { fullDisk });
      telemetry.notify({ kind: fullDisk === null ? 'disk_room' : 'disk_full' });
    },
    onLook: () => door.inform(),
  });
  const door = new Door({ threads, coordinator: COORDINATOR, shutdown, disk, supervision });
  const common = { clock, hangTimeouts, version, log: logPlan, crashes: crashes.counts };
  startWatchdog(threads, common);
  const doorEntry = entry('./door/thread');
  // It opens before the work begins, so that operators can watch the start.
  const doorLine = await door.open({ ...common, entry: doorEntry, settings });
  if (shutdown.begun) return;
  const { pid, version: node } = process;
  log.info('starting', { version, pid, node, given: given.join(',') });
  if (shortage !== undefined)
    log.warn('the file descriptor limit allows fewer connections to nodes than are set', shortage);
  const holdsJournal = () => telemetry.holdsJournal();
  const starting = { settings, threads, executors, common, log, shutdown, disk };
  await begin({ ...starting, holdsJournal, door, doorLine });
}

function executorNames({ executors: length }: Settings): readonly string[] {
  return Array.from({ length }, (_, index) => `executor-${index + 1}`);
}

interface Starting {
  readonly settings: Settings;
  readonly threads: Threads;
  readonly executors: readonly string[];
  readonly common: {
    readonly clock: ClockBase;
    readonly hangTimeouts: HangTimeouts;
    readonly version: string;
    readonly log: LogPlan;
    readonly crashes: Crashes['counts'];
  };
  readonly log: Log;
  readonly shutdown: Shutdown;
  readonly disk: DiskGuard;
  readonly holdsJournal: () => void;
  readonly door: Door;
  /** The coordinator's end of its line to the door. */
  readonly doorLine: LineEnd;
}

/** Whatever stops the daemon meanwhile, the rest of its start is left out. */
async function begin(starting: Starting): Promise<void> {
  const { settings, threads, executors, log, shutdown, disk, door } = starting;
  logProtection(settings, log);
  await waitForGate(starting);
  if (shutdown.begun) return;
  await startThreads(starting);
  if (shutdown.begun) return;
  watchNames(settings, log, (resolution) => {
    for (const name of executors) threads.send(name, { resolution });
  });
  void disk.watch();
  await threads.received(COORDINATOR, 'ready');
  if (shutdown.begun) return;
  threads.mainStarted();
  door.inform();
  limitRun(settings, log, (why) => shutdown.restart(why));
  logReady(settings, log);
}

/** Nothing is read from the journal, and no node is called, before it opens. */
async function waitForGate({ settings, threads, log, shutdown }: Starting): Promise<void> {
  const { startGate: address, startGateMs: timeoutMs } = settings;
  if (address === undefined) return;
  const failure = await passStartGate({ address, timeoutMs, log, stop: shutdown.signal });
  if (failure !== undefined) threads.lose({ kind: 'failed', thread: MAIN, failure });
}

/** First of all threads: whatever main then waits for, it has to turn its loop. */
function startWatchdog(
  threads: Threads,
  { clock, hangTimeouts }: Pick<Starting['common'], 'clock' | 'hangTimeouts'>,
): void {
  threads.start(entry('./lifecycle/watchdog/thread'), {
    name: WATCHDOG,
    clock,
    main: threads.mainSlot,
    hangTimeouts: hangTimeouts,
  } satisfies WatchdogData);
}

/** Executors last: if another daemon has the journal, this one is not to begin. */
async function startThreads(starting: Starting): Promise<void> {
  const { settings, threads, executors, shutdown, doorLine } = starting;
  const { clock, version, log, crashes } = starting.common;
  const channels = executors.map((name) => ({ name, ends: channelEnds(name) }));
  const trust = trustFor(settings);
  const coordinator: CoordinatorData = {
    ...coordinatorData(settings, { isFresh }),
    name: COORDINATOR,
    clock,
    version,
    log,
    crashes,
    executors: channels.map(({ ends }) => ends.bound),
    door: doorLine,
    trust,
  };
  threads.start(entry('./coordinator/thread'), coordinator, [doorLine.port]);
  await threads.received(COORDINATOR, 'journal_held');
  if (threads.has(COORDINATOR, 'journal_held')) starting.holdsJournal();
  if (shutdown.begun) return;
  for (const [index, { name, ends }] of channels.entries()) {
    const channel = ends.connected;
    const data: ExecutorData = {
      ...executorData(settings, index),
      name,
      clock,
      log,
      channel,
      trust,
    };
    threads.start(entry('./executor/thread'), data);
  }
}

function logReady(settings: Settings, log: Log): void {
  const { endpoint, nodes, executors, opsTlsCert } = settings;
  const { opsHost: host, opsPort: port } = settings;
  log.info('ready', {
    endpoint,
    events: eventsAreOff(settings) ? 'off' : settings.eventsEndpoint,
    ops: opsUrl({ host, port, isSecure: opsTlsCert !== undefined }),
    nodes: nodes.map((node) => `${node.name}=${addressOf(node)}`).join(','),
    executors,
  });
  process.send?.('ready');
}

/** The same entry from the sources and from the build. */
function entry(path: string): URL {
  return new URL(`${path}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
}
