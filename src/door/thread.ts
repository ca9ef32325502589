/**
 * The door's thread: everything that comes in over HTTP. What it answers to everybody it knows by itself: the signs of
 * life of all threads from shared memory, the figures that the coordinator sends, and main's word. Everything else it
 * asks of the coordinator, over a line that main does not sit on. It never opens the journal and never calls a node.
 */
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import { messageOf } from '../base/error-fields.ts';
import type { LineEnd } from '../channel/thread-line.ts';
import { OpsCertificate } from '../composition/ops-certificate.ts';
import type { Settings } from '../config/schema.ts';
import type { Roster } from '../lifecycle/beats.ts';
import type { MainStatus, ThreadData } from '../lifecycle/control.ts';
import { Lookout } from '../lifecycle/lookout.ts';
import { runThread, StartError, sendToMain } from '../lifecycle/thread-shell.ts';
import { openLog } from '../observe/log/log.ts';
import type { LogPlan } from '../observe/log/log-plan.ts';
import { Sessions } from './access/sessions.ts';
import { Tokens } from './access/tokens.ts';
import { opsUrl, writeOpsUrl } from './address.ts';
import { CoordinatorLine } from './coordinator-line.ts';
import { EventStreams } from './events/streams.ts';
import { FigureStreams } from './history/figure-streams.ts';
import { recordHistory } from './history/recorder.ts';
import { LatestFigures } from './latest-figures.ts';
import { openStatsd, type StatsdSettings } from './metrics/statsd/exporter.ts';
import { readPageFiles } from './page-files.ts';
import { type DoorServer, type DoorServerOptions, startServer } from './server.ts';

export interface DoorData extends ThreadData {
  readonly settings: Pick<
    Settings,
    | 'frameBytesMax'
    | 'opsHost'
    | 'opsPort'
    | 'opsNames'
    | 'opsTlsCert'
    | 'opsTlsKey'
    | 'dataDir'
    | 'clients'
    | 'journal'
    | 'memoryLimitBytes'
  > &
    StatsdSettings;
  /** Its end of the line to the coordinator. */
  readonly coordinator: LineEnd;
  /** Calls under way at once. */
  readonly callsMax: number;
  readonly roster: Roster;
  readonly mainStatus: MainStatus;
  readonly version: string;
  readonly log: LogPlan;
}

runThread(async () => {
  const { settings, version, ...data }: DoorData = workerData;
  const log = openLog({ ...data.log, app: 'lockstepd', thread: data.name });
  let { mainStatus } = data;
  const lookout = new Lookout(data.roster, () => performance.now());
  lookout.start();
  const latest = new LatestFigures();
  const figureStreams = new FigureStreams();
  const line = new CoordinatorLine({
    end: data.coordinator,
    onFigures: (figures) => {
      latest.take(figures);
      figureStreams.notify();
    },
    onEvent: (event) => events.take(event),
    onEnd: () => events.end(),
    onError: (error) => {
      throw error;
    },
  });
  const events = new EventStreams({
    listen: (topics) => line.listen(topics),
    startedAt: Date.now(),
  });
  const tokens = new Tokens(settings, log);
  tokens.onChange(() => {
    events.review();
    figureStreams.review();
  });
  const { opsHost: host, opsPort: port, opsNames: names = [] } = settings;
  const certificate = await OpsCertificate.open(settings, log);
  const { pair } = certificate;
  const status = () => ({
    ...mainStatus,
    version,
    threads: lookout.threads,
    figures: latest.seen,
  });
  const { journal, memoryLimitBytes, dataDir } = settings;
  const server = await listen({
    host,
    port,
    names,
    pair,
    log,
    events,
    clients: () => tokens.list,
    status,
    sessions: new Sessions({ path: join(dataDir, 'page-sessions'), log }),
    history: recordHistory({ status, journal, memoryLimitBytes, log }),
    figureStreams,
    page: readPageFiles(log),
    call: (asked, caller) => line.call(asked, caller),
    callsMax: data.callsMax,
    frameBytesMax: settings.frameBytesMax,
  });
  const statsd = await openStatsd(settings, { registry: server.registry, log });
  certificate.follow((renewed) => server.renew(renewed));
  try {
    writeOpsUrl(settings.dataDir, { host, port, isSecure: pair !== undefined });
  } catch (error) {
    log.warn("the operators' address could not be saved", { error });
  }
  sendToMain({ kind: 'ready' });
  return {
    onControl: (message) => {
      if (typeof message !== 'object') return;
      if ('logLevel' in message) log.setLevel(message.logLevel);
      if ('mainStatus' in message) ({ mainStatus } = message);
    },
    stop: async () => {
      await Promise.all([server.close(), statsd?.close()]);
      await line.close();
      await log.close();
    },
  };
});

/** @throws StartError when the port is taken, or no address of this machine */
async function listen(options: DoorServerOptions): Promise<DoorServer> {
  try {
    return await startServer(options);
  } catch (error) {
    const { host, port, pair } = options;
    const address = opsUrl({ host, port, isSecure: pair !== undefined });
    throw new StartError(
      {
        message: `cannot listen on ${address}: ${messageOf(error)}`,
        hint: 'Another program listens there, or it is no address of this machine: see LOCKSTEP_OPS_PORT.',
      },
      { cause: error },
    );
  }
}
