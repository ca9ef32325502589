/**
 * What tells people and services outside how the daemon is: Sentry, Cronitor, notices. In main.
 *
 * Each is off without its key, and the daemon runs with none. Everything here returns at once;
 * only `farewell` waits, `FAREWELL_MS` at most, and is for after the shutdown (P9).
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeAccess } from '../node/access/access.ts';
import { type Heartbeat, startHeartbeat, type Vitals } from './cronitor.ts';
import type { OpenLog } from './log/log.ts';
import type { SyslogTarget } from './log/log-plan.ts';
import { type NoticeSettings, openNotices } from './notify/notices.ts';
import { RunRecord } from './run-record.ts';
import { seenFileFor } from './seen-file.ts';
import { presentable } from './sentry/cause.ts';
import { openSentry, type Sentry } from './sentry/sentry.ts';
import { reportChangedNodes, type SurroundingsNews, surroundingsNews } from './surroundings.ts';

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
  /** Absent where it is no fault of the program: a port or a journal that is taken. */
  readonly error?: unknown;
}

export interface Telemetry extends SurroundingsNews {
  /** The journal is this daemon's: it looks how the last life ended, and tells if not on purpose. */
  holdsJournal(): void;
  /** A rollback takes longer than it should. */
  stuck(command: { readonly id: string; readonly op: string }): void;
  /** A command is not driven any more, since it has crashed the daemon. */
  parked(command: { readonly id: string; readonly op: string }): void;
  /** So many have survived the restart. */
  stillStuck(count: number): void;
  /** The outage of a node has begun, or is over. */
  breaker(news: { readonly node: string; readonly isOpen: boolean; readonly cause?: string }): void;
  /** An audit of all keys found nodes that are not as the journal has it. */
  diverged(audit: { readonly keys: number }): void;
  /** The program's own errors go to Sentry, all of them; people are told the cause of the end. */
  fatal(fatality: Fatality, isCause: boolean): void;
  /** The last words; `failure` unless the stop was intended. Then closes the log as well. */
  farewell(failure: string | undefined): Promise<void>;
}

/** Values that no line may show. */
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
  const names = integrationsOn(settings);
  log.info('integrations', { on: names.length === 0 ? 'none' : names.join(',') });
  return {
    holdsJournal: () => {
      reportChangedNodes(settings, { log, notices });
      const unclean = record.begin();
      if (unclean === undefined) return;
      const cause = unclean.cause ?? 'killed, out of memory, or without power';
      log.warn('the last run of this daemon ended unexpectedly', { reason: cause });
      const text = `restarted, it had ended: ${cause}`;
      notices.notify({ kind: 'restart', key: 'restart', text });
    },
    stuck: ({ id, op }) => {
      const text = `the rollback of ${op} ${id} is stuck: see lockstep status ${id}`;
      notices.notify({ kind: 'stuck', key: `stuck/${id}`, text });
    },
    parked: ({ id, op }) => {
      const text = `${op} ${id} is parked, it crashed the daemon: see lockstep status ${id}`;
      notices.notify({ kind: 'parked', key: `parked/${id}`, text });
    },
    stillStuck: (count) => {
      const what = count === 1 ? '1 rollback is' : `${count} rollbacks are`;
      const text = `${what} still stuck after a restart: see lockstep list --stuck`;
      notices.notify({ kind: 'stuck', key: 'stuck/restart', text });
    },
    breaker: ({ node, isOpen, cause = 'for no known reason' }) => {
      const text = isOpen
        ? `${node} is left alone, its breaker is open: ${presentable(cause, secrets)}`
        : `${node} is back, its breaker is closed`;
      const kind = isOpen ? 'breaker_open' : 'breaker_closed';
      notices.notify({ kind, key: `${kind}/${node}`, text });
    },
    diverged: ({ keys }) => {
      const count = keys === 1 ? '1 key' : `${keys} keys`;
      const text = `an audit found ${count} on which nodes are not as the journal has it: see lockstep audit`;
      notices.notify({ kind: 'diverged', key: 'diverged', text });
    },
    ...surroundingsNews(notices),
    fatal: ({ thread, reason, error }, isCause) => {
      if (error !== undefined) sentry?.report(error, thread);
      if (!isCause) return;
      const text = `stopping: ${presentable(reason, secrets)}`;
      notices.notify({ kind: 'thread_lost', key: `lost/${thread}`, text });
    },
    farewell: async (failure) => {
      const reason = failure === undefined ? undefined : presentable(failure, secrets);
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

/** The journal will say more clearly what is wrong with it. */
function makeFolder(path: string, log: OpenLog): void {
  try {
    mkdirSync(path, { recursive: true });
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
