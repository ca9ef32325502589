/** The coordinator's thread: journal, sockets, and the batch machine between them. */
import { workerData } from 'node:worker_threads';
import type { ChannelEnd } from '../channel/channel.ts';
import type { LineEnd } from '../channel/thread-line.ts';
import type { CurvePair } from '../clients/curve-pair.ts';
import { markWhenUsed } from '../clients/list-mark.ts';
import { type AuthMode, authorise } from '../clients/principal.ts';
import { WatchedList } from '../clients/watched-list.ts';
import { optionsOf } from '../composition/coordinator-options.ts';
import { inJournal, type JournalData, openMetered } from '../composition/open-journal.ts';
import type { BreakerPolicy } from '../core/breaker/breaker.ts';
import type { Policy } from '../core/context.ts';
import { JournalError } from '../journal/errors.ts';
import type { Journal } from '../journal/port.ts';
import { steadyClock } from '../lifecycle/clock.ts';
import type { Failure, ThreadData, ToThread } from '../lifecycle/control.ts';
import { runThread, sendToMain } from '../lifecycle/thread-shell.ts';
import { atTime } from '../lifecycle/timer.ts';
import type { Dialect } from '../node/dialect/dialect.ts';
import { openLog } from '../observe/log/log.ts';
import type { LogPlan } from '../observe/log/log-plan.ts';
import type { Log } from '../observe/log/log-port.ts';
import { linesReader } from '../observe/log/read-lines.ts';
import type { RaisedNotice } from '../observe/notify/notice-kinds.ts';
import type { Causes } from '../protocol/accepting.ts';
import type { SummaryAnswer } from '../protocol/answer.ts';
import type { Figures } from '../protocol/figures.ts';
import { newId } from '../protocol/new-id.ts';
import { noteListChanges } from './acts/list-acts.ts';
import type { Crashes } from './commands/probation.ts';
import { Life, type LifeOptions, type Outliving } from './commands/process-life.ts';
import { clockLag, loadCounters, recover } from './commands/recovery.ts';
import { logLeft } from './commands/recovery-news.ts';
import { Coordinator } from './coordinator.ts';
import { DamageNews } from './journal/damage-news.ts';
import type { MeteredJournal } from './journal/metered-journal.ts';
import { orWarn } from './journal/or-warn.ts';
import { troubleLines } from './journal/trouble-lines.ts';
import { startFiguresRound } from './notify/figures-round.ts';
import { publishing } from './notify/publishing.ts';
import { StuckNews } from './notify/stuck-news.ts';
import type { CoordinatorPorts } from './ports.ts';
import type { ClientSocketOptions } from './sockets/client-socket.ts';
import { Doors } from './sockets/doors.ts';
import { ExecutorChannels, openChannels } from './sockets/executor-channels.ts';
import { type Watching, watchMemory } from './sockets/watch-memory.ts';
import { failureOf, orRefuse } from './start.ts';

export interface CoordinatorData extends ThreadData, JournalData {
  readonly endpoint: string;
  /** Undefined: no events are published by ZeroMQ. */
  readonly eventsEndpoint: string | undefined;
  /** The server's key for CURVE. */
  readonly curve: CurvePair | undefined;
  readonly isUnprotected: boolean;
  readonly publishesEvents: boolean;
  /** The longest request to any node. */
  readonly requestTimeoutMs: number;
  readonly dialect: Dialect;
  readonly policy: Policy;
  readonly breaker: BreakerPolicy;
  readonly nodeNames: readonly string[];
  readonly nodesBefore?: string;
  readonly outliving: Outliving;
  readonly crashes: Crashes;
  /** Its ends of the channels to executors, in their order. */
  readonly executors: readonly ChannelEnd[];
  /** Its end of the line to the door for HTTP. */
  readonly door: LineEnd;
  readonly concurrency: number;
  readonly interactiveShare: number;
  readonly openMax: number;
  readonly recordBytesMax: number;
  readonly heldBytesMax: number;
  readonly recordRetentionMs: number;
  readonly frameBytesMax: number;
  /** The file of the list of clients. */
  readonly clients: string;
  readonly auth: AuthMode;
  readonly memoryLimitBytes: number;
  /** Open descriptors of the process, above which no client may connect. */
  readonly descriptorsMax: number;
  readonly defaultDeadlineMs: number;
  readonly retentionMs: number;
  readonly auditEveryMs: number;
  readonly healthCheckEveryMs: number;
  readonly log: LogPlan;
  readonly version: string;
}

/** The parts that count the figures, and the doors that show them. */
interface Counting {
  readonly coordinator: Coordinator;
  readonly journal: MeteredJournal;
  readonly list: WatchedList;
  readonly doors: Doors;
  readonly damage: DamageNews;
}

/** When a client may retry whose command was refused because the journal's disk was full. */
const FULL_DISK_RETRY_MS = 5000;
const END_NOT_SAVED = 'the clean shutdown could not be saved in the journal';

const notify = (notice: RaisedNotice): void => sendToMain({ kind: 'notice', notice });

const crash = (error: unknown): void => {
  throw error;
};

/** A journal that fails is no error of this program: main gets its message. */
const end = (error: unknown): void => {
  if (!(error instanceof JournalError)) throw error;
  sendToMain({ kind: 'failed', failure: failureOf(error) });
};

runThread(async (tools) => {
  const { beat, sockets, keep } = tools;
  const data: CoordinatorData = workerData;
  const log = openLog({ ...data.log, app: 'lockstepd', thread: data.name });
  const now = steadyClock(data.clock);
  const damage = new DamageNews({ log, notify });
  const journal = await openMetered(data, { log, now, beat, onDamage: damage.note });
  const life = await beginLife(journal, { ...data, ...data.policy, now }, log);
  const list = new WatchedList({ path: data.clients, log }).watch();
  markWhenUsed(list, { ...data, log, within: inJournal(beat) });
  const doors = await Doors.open({ ...data, clients: list, now, tools, log, onError: crash });
  const executors = new ExecutorChannels({
    channels: await openChannels(data.executors, (socket) => sockets.add('executor', socket)),
    onReport: (report, executor) => coordinator.report(report, executor),
    onError: crash,
  });
  const stuck = new StuckNews(log, notify);
  const coordinator = new Coordinator({
    ports: {
      journal,
      now,
      clientNow: life.clientNow,
      random: Math.random,
      newId,
      at: atTime(now),
      ...loggingTo(log, data.log.ring),
      onLookFailed: damage.noteFailed,
      clientListFault: () => list.fault?.message,
      order: (executor, order) => executors.order(executor, order),
      publish: publishing(doors.subscribed, { log, now, at: atTime(now), stuck, notify }),
    },
    options: optionsOf(data),
    counters: await loadCounters(journal),
    inherited: life.inherited,
    crashes: data.crashes,
    onTakenUp: () => sendToMain({ kind: 'taken_up' }),
    onFatal: end,
    onBatch: () => beat.progress(),
    onDrained: () => sendToMain({ kind: 'drained' }),
  });
  noteListChanges(list, coordinator);
  keep('executors', executors.receive());
  sendToMain({ kind: 'journal_held' });
  doors.serve({
    authorise: (token, op) => authorise({ list: list.current(), mode: data.auth }, token, op),
    clientNow: life.clientNow,
    journalId: journal.id,
    ...requestsTo(coordinator),
  });
  // The journal is read while executors start; their orders wait for them.
  const recovering = restore(coordinator, journal);
  await executors.complete();
  sendFigures({ coordinator, journal, doors, list, damage });
  await recovering;
  const lagMs = await clockLag(journal, now());
  noteRecovered(coordinator, { ...data, lagMs }, { log, notify, stuck });
  // New commands come in behind the recovered ones (P6).
  coordinator.post(() => {});
  await doors.openToClients();
  watchMemory(doors, { ...data, now, log, notify });
  sendToMain({ kind: 'ready' });

  return {
    onControl: (message) => onControl(message, { coordinator, life, log }),
    stop: async () => {
      await executors.receiveRest();
      await coordinator.close();
      await doors.flushed();
      await doors.leave();
      executors.close();
      list.stop();
      await orWarn(() => life.end(journal), END_NOT_SAVED, log);
      await journal.close();
      await log.close();
    },
  };
});

function loggingTo(
  log: Log,
  ring: LogPlan['ring'],
): Pick<CoordinatorPorts, 'onTrouble' | 'noted' | 'logs'> {
  return {
    logs: linesReader(ring),
    onTrouble: troubleLines(log),
    noted: (what, details) => log.info(what, details),
  };
}

/** An act that its sender may not do is a request as well: the trail of acts has it. */
function requestsTo(
  coordinator: Coordinator,
): Pick<ClientSocketOptions, 'isFull' | 'onRequest' | 'onRefused'> {
  const onRequest: ClientSocketOptions['onRequest'] = (request, respond) =>
    coordinator.request(request, respond);
  return { isFull: () => coordinator.isFull, onRequest, onRefused: onRequest };
}

async function beginLife(
  journal: MeteredJournal,
  { requestTimeoutMs, ...options }: LifeOptions & Pick<CoordinatorData, 'requestTimeoutMs'>,
  log: Log,
): Promise<Life> {
  // What another daemon sent in its last moment may run for as long as a request can.
  const runsForMs = journal.wasTaken ? requestTimeoutMs : 0;
  const life = await orRefuse(() => Life.begin(journal, { ...options, runsForMs }));
  await orWarn(() => life.keepClock(journal), 'could not store the clock for the next start', log);
  return life;
}

/** Takes up the work of an earlier life. */
async function restore(coordinator: Coordinator, journal: Journal): Promise<void> {
  await coordinator.restore();
  await recover(coordinator.commands, journal);
}

function noteRecovered(
  { commands, retirements }: Coordinator,
  found: Pick<CoordinatorData, 'nodeNames' | 'nodesBefore'> & { readonly lagMs: number },
  { log, notify, stuck }: Pick<Watching, 'log' | 'notify'> & { readonly stuck: StuckNews },
): void {
  const open = [...commands.registry.all()];
  logLeft({ ...found, commands: open, retirements }, { log, notify });
  stuck.recovered(open);
}

interface ControlTargets {
  readonly coordinator: Coordinator;
  readonly life: Life;
  readonly log: Log;
}

/** A message of main. */
function onControl(message: ToThread, targets: ControlTargets): void {
  const { coordinator, life, log } = targets;
  if (message === 'nodes_left') life.noteNodesLeft();
  else if (message === 'drain') coordinator.drain();
  else if (message === 'interrupt') coordinator.interrupt();
  else if (typeof message === 'string') return;
  else if ('logLevel' in message) log.setLevel(message.logLevel);
  else if ('lostExecutor' in message) coordinator.lose(message.lostExecutor);
  else if ('unsupervised' in message) coordinator.noteUnsupervised();
  else if ('fullDisk' in message) coordinator.intake.setFullDisk(causeOf(message.fullDisk));
}

function sendFigures(counting: Counting): void {
  startFiguresRound({
    ask: (respond) => counting.coordinator.summarize(respond),
    onSummary: (summary) => {
      const figures = figuresOf(summary, counting);
      counting.doors.http.sendFigures(figures);
      sendToMain({ kind: 'figures', figures });
    },
  });
}

function figuresOf(
  summary: SummaryAnswer,
  { coordinator, journal, doors, list, damage }: Counting,
): Figures {
  const { commitDurations, commitWrites } = journal;
  const commands = coordinator.commands.settledCounts.durations;
  const counts = { ...doors.counts, clientListFaults: list.faults, ...damage.counts };
  return { summary, commands, commitDurations, commitWrites, ...counts };
}

function causeOf(failure: Failure | null): Causes['disk'] {
  if (failure === null) return undefined;
  const { message, hint } = failure;
  return { message, retryAfterMs: FULL_DISK_RETRY_MS, ...(hint === undefined ? {} : { hint }) };
}
