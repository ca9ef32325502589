/**
 * Reports the daemon's state to people and services outside: Sentry, Cronitor, notices. In main.
 *
 * Each one is off without its key, and the daemon runs without any. Every call returns at once;
 * only `farewell` waits, for `FAREWELL_MS` at most, and is called after the shutdown (P9).
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PRIVATE_FOLDER } from '../files/private-file.ts';
import type { NodeAccess } from '../node/access/access.ts';
import { type Heartbeat, startHeartbeat, type Vitals } from './cronitor.ts';
import type { OpenLog } from './log/log.ts';
import type { SyslogTarget } from './log/log-plan.ts';
import { noticeOf } from './notify/notice.ts';
import type { RaisedNotice } from './notify/notice-kinds.ts';
import { type NoticeSettings, openNotices } from './notify/notices.ts';
import { RunRecord } from './run-record.ts';
import { seenFileFor } from './seen-file.ts';
import { presentable } from './sentry/cause.ts';
import { openSentry, type Sentry } from './sentry/sentry.ts';
import { reportChangedNodes } from './surroundings.ts';

const FAREWELL_MS = 2000;

export interface TelemetrySettings extends NoticeSettings {
  readonly dataDir: string;
  readonly nodes: readonly Pick<NodeAccess, 'name' | 'url' | 'socket'>[];
  readonly syslogAddress: SyslogTarget;
  readonly sentryDsn?: string;
  readonly sentryEnvironment: string;
  readonly sentryIgnore?: readonly string[];
  readonly cronitorApiKey?: string;
  readonly cronitorMonitor?: string;
  readonly cronitorUrl: string;
  readonly cronitorIntervalMs: number;
}

export interface TelemetryOptions {
  readonly settings: TelemetrySettings;
  readonly version: string;
  readonly log: OpenLog;
  readonly vitals: () => Vitals;
}

/** A thread is lost, or the daemon cannot do its work. */
export interface Fatality {
  readonly thread: string;
  /** One sentence. */
  readonly reason: string;
  /** Absent if the program is not at fault: a port or a journal that is in use. */
  readonly error?: unknown;
}

export interface Telemetry {
  /**
   * The daemon holds its journal now: the end of the last run is read and logged, and reported if
   * it was unexpected.
   */
  holdsJournal(): void;
  /** Sends a notice to people, unless the same matter was sent within the last hour. */
  notify(notice: RaisedNotice): void;
  /** All errors of the program go to Sentry; people get a notice of the error that ends it. */
  fatal(fatality: Fatality, isCause: boolean): void;
  /** Sends the rest and closes the log. `failure`: undefined if the stop was intended. */
  farewell(failure: string | undefined): Promise<void>;
}

/** Values that no line may contain. */
export function secretsOf(settings: TelemetrySettings): readonly string[] {
  const { sentryDsn, cronitorApiKey, telegramBotToken, webhookUrl, webhookKey } = settings;
  const all = [sentryDsn, cronitorApiKey, telegramBotToken, webhookUrl, webhookKey];
  return all.filter((secret) => secret !== undefined);
}

export async function openTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { settings, log } = options;
  makeFolder(settings.dataDir, log);
  const sentry = await sentryOf(options);
  const heartbeat = heartbeatOf(options);
  const seenFile = seenFileFor(join(settings.dataDir, 'notices-sent.json'));
  const notices = openNotices(settings, { log, seenFile });
  const record = new RunRecord(join(settings.dataDir, 'running.json'), (error) =>
    log.warn('the reason of this shutdown could not be saved', { error }),
  );
  const secrets = secretsOf(settings);
  const show = (text: string) => presentable(text, secrets);
  const notify = (raised: RaisedNotice) => notices.notify(noticeOf(raised, show));
  const names = integrationsOn(settings);
  log.info('integrations', { on: names.length === 0 ? 'none' : names.join(',') });
  return {
    holdsJournal: () => {
      reportChangedNodes(settings, { log, notify });
      const unclean = record.begin();
      if (unclean === undefined) return;
      const cause = unclean.cause ?? 'killed, out of memory, or without power';
      log.warn('the last run of this daemon ended unexpectedly', { reason: cause });
      notify({ kind: 'restart', cause });
    },
    notify,
    fatal: ({ thread, reason, error }, isCause) => {
      if (error !== undefined) sentry?.report(error, thread);
      if (isCause) notify({ kind: 'thread_lost', thread, reason });
    },
    farewell: async (failure) => {
      const reason = failure === undefined ? undefined : show(failure);
      record.end(reason);
      await Promise.all([
        sentry?.flush(FAREWELL_MS),
        heartbeat?.then((beat) =>
          beat.end(reason === undefined ? {} : { failure: reason }, FAREWELL_MS),
        ),
        notices.close(FAREWELL_MS),
      ]);
      await log.close();
    },
  };
}

/** The journal will report the cause more clearly. */
function makeFolder(path: string, log: OpenLog): void {
  try {
    mkdirSync(path, { recursive: true, mode: PRIVATE_FOLDER });
  } catch (error) {
    log.warn('the data directory cannot be created', { error });
  }
}

async function sentryOf(options: TelemetryOptions): Promise<Sentry | undefined> {
  const { settings, version, log } = options;
  const { sentryDsn: dsn, sentryEnvironment: environment, sentryIgnore: ignored = [] } = settings;
  if (dsn === undefined) return undefined;
  return openSentry({
    dsn,
    environment,
    ignored,
    release: version,
    deviceName: settings.deviceName,
    seenFile: seenFileFor(join(settings.dataDir, 'errors-sent.json')),
    secrets: secretsOf(settings),
    log,
    recent: () => log.recent,
  });
}

function heartbeatOf({ settings, log, vitals }: TelemetryOptions): Promise<Heartbeat> | undefined {
  const { cronitorApiKey: apiKey, cronitorMonitor: monitor } = settings;
  if (apiKey === undefined || monitor === undefined) return undefined;
  const { cronitorUrl: url, cronitorIntervalMs: intervalMs, deviceName } = settings;
  return startHeartbeat({ apiKey, monitor, url, intervalMs, deviceName, vitals, log });
}

/** By the names of their variables. */
function integrationsOn(settings: TelemetrySettings): readonly string[] {
  const switches = {
    SYSLOG_ADDRESS: settings.syslogAddress.kind !== 'none',
    SENTRY_DSN: settings.sentryDsn !== undefined,
    CRONITOR_API_KEY: settings.cronitorApiKey !== undefined,
    TELEGRAM_BOT_TOKEN: settings.telegramBotToken !== undefined,
    LOCKSTEP_WEBHOOK_URL: settings.webhookUrl !== undefined,
  };
  return Object.entries(switches)
    .filter(([, isOn]) => isOn)
    .map(([name]) => name);
}
