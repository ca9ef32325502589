/**
 * lockstepd: the composition root. Reads the configuration, starts the threads, says when it is
 * ready, and stops when it is told to or has to. No logic of its own.
 */
import { readFileSync } from 'node:fs';
import { formatProblems, EX_CONFIG } from './config/problem.ts';
import { loadSettings } from './config/load.ts';
import { preview } from './config/preview.ts';
import type { Settings } from './config/schema.ts';
import type { CoordinatorData } from './coordinator/thread.ts';
import type { Policy } from './core/model.ts';
import type { ExecutorData } from './executor/thread.ts';
import { clockBase } from './lifecycle/clock.ts';
import { Shutdown } from './lifecycle/shutdown.ts';
import { listenToSignals } from './lifecycle/signals.ts';
import { Threads } from './lifecycle/threads.ts';
import { openLog } from './observe/log.ts';

const COORDINATOR = 'coordinator';
const DAY_MS = 24 * 60 * 60 * 1000;

const input = { argv: process.argv.slice(2), env: process.env, cwd: process.cwd() };
const said = preview(input);
if (said !== undefined) {
  (said.exitCode === 0 ? process.stdout : process.stderr).write(said.text);
  process.exit(said.exitCode);
}
const loaded = loadSettings(input);
if (!loaded.ok) {
  process.stderr.write(formatProblems(loaded.problems));
  process.exit(EX_CONFIG);
}
await run(loaded.settings);

async function run(settings: Settings): Promise<void> {
  const { logLevel, logFormat } = settings;
  const version = readVersion();
  const log = openLog({ app: 'lockstepd', thread: 'main', level: logLevel, format: logFormat });
  const executors = Array.from({ length: settings.executors }, (_, index) => `executor-${index + 1}`);
  const threads = new Threads((loss) => shutdown.lose(loss));
  const shutdown = new Shutdown({
    threads,
    coordinator: COORDINATOR,
    executors,
    log,
    drainMs: settings.drainMs,
    interruptMs: settings.interruptMs,
    stopExitCode: settings.stopExitCode,
    exit: (code) => process.exit(code),
  });
  let debug = logLevel === 'debug';
  listenToSignals({
    onStop: (by) => shutdown.ask(by),
    onToggleDebug: () => {
      debug = !debug;
      const level = debug ? 'debug' : 'info';
      log.setLevel(level);
      for (const name of threads.names) threads.tell(name, { logLevel: level });
      log.info(`log level is now ${level}`);
    },
  });

  const clock = clockBase();
  const policy = policyOf(settings);
  log.info('starting', { version, pid: process.pid, node: process.version });
  threads.start(entry('./coordinator/thread'), {
    ...coordinatorData(settings, policy),
    name: COORDINATOR,
    clock,
    version,
  } satisfies CoordinatorData);
  await threads.heard(COORDINATOR, 'listening');
  if (shutdown.begun) return;
  for (const [index, name] of executors.entries()) {
    const data = { ...executorData(settings, policy), name, clock, index };
    threads.start(entry('./executor/thread'), data satisfies ExecutorData);
  }
  await threads.heard(COORDINATOR, 'ready');
  if (shutdown.begun) return;
  log.info('ready', {
    endpoint: settings.endpoint,
    events: settings.eventsEndpoint,
    nodes: settings.nodes.map(({ name, url }) => `${name}=${url}`).join(','),
    executors: executors.length,
  });
  process.send?.('ready');
}

/** The same entry from the sources and from the build. */
function entry(path: string): URL {
  return new URL(`${path}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
}

function policyOf(settings: Settings): Policy {
  const { quiesceMs, backoffBaseMs, backoffCapMs, retryAfterCapMs, stuckAfterMs } = settings;
  const { tokens } = settings.dialect;
  return { tokens, quiesceMs, backoffBaseMs, backoffCapMs, retryAfterCapMs, stuckAfterMs };
}

function coordinatorData(
  settings: Settings,
  policy: Policy,
): Omit<CoordinatorData, 'name' | 'clock' | 'version'> {
  return {
    policy,
    endpoint: settings.endpoint,
    eventsEndpoint: settings.eventsEndpoint,
    journal: `${settings.journal.kind}:${settings.journal.path}`,
    dialect: settings.dialect,
    nodeNames: settings.nodes.map(({ name }) => name),
    executors: settings.executors,
    concurrency: settings.concurrency,
    interactiveShare: settings.interactiveShare,
    openMax: settings.openMax,
    frameBytesMax: settings.frameBytesMax,
    defaultDeadlineMs: settings.defaultDeadlineMs,
    retentionMs: settings.retentionDays * DAY_MS,
    logLevel: settings.logLevel,
    logFormat: settings.logFormat,
  };
}

function executorData(
  settings: Settings,
  policy: Policy,
): Omit<ExecutorData, 'name' | 'clock' | 'index'> {
  return {
    policy,
    nodes: settings.nodes,
    dialect: settings.dialect,
    requestTimeoutMs: settings.requestTimeoutMs,
    connectTimeoutMs: settings.connectTimeoutMs,
    connectionsPerNode: settings.connectionsPerNode,
  };
}

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
