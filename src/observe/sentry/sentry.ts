/**
 * Unhandled errors of every thread, to Sentry. It lives in main, which gets the errors of the other
 * threads with what rides on them: their last lines and the saga they were in.
 *
 * One cause is one event, dependency failures are none, and of a record nothing is sent but ids,
 * node names and states. Sending goes on in the background; `flush` waits for it, bounded, and must
 * not be called before the shutdown has begun: a Sentry that hangs would hold up the rest (P9).
 *
 * The package costs 55 MB and 0.3 s (measured 2026-11): it is loaded only where there is a DSN.
 */
import type { ErrorEvent, NodeClient, Scope } from '@sentry/node';
import type { Log } from '../log/log-port.ts';
import { linesOn, type RecentLine, safeFields } from '../log/recent-lines.ts';
import { SeenCauses } from '../seen-causes.ts';
import { fingerprint, hasName, isDependencyFailure, presentable } from './cause.ts';
import { sagaOn } from './error-context.ts';

const SAME_CAUSE_MS = 60 * 60 * 1000;
const BREADCRUMBS_MAX = 60;
const LEVELS = { error: 'error', warn: 'warning', info: 'info', debug: 'debug' } as const;

export interface SentryOptions {
  readonly dsn: string;
  readonly environment: string;
  readonly release: string;
  readonly deviceName: string;
  /** Threads of which nothing is reported, and names of errors that are not. */
  readonly ignored: readonly string[];
  /** Where it is remembered which causes were sent. */
  readonly seenFile: string;
  readonly secrets: readonly string[];
  readonly log: Log;
  /** The last lines of main. */
  readonly recent: () => readonly RecentLine[];
}

export interface Sentry {
  /** Reports it unless it is no news; returns at once. */
  report(error: unknown, thread: string): void;
  /** Waits until all reports have left, for so long at most. */
  flush(timeoutMs: number): Promise<void>;
}

export async function openSentry(options: SentryOptions): Promise<Sentry> {
  const { dsn, environment, release, deviceName, ignored, seenFile, log } = options;
  const sdk = await import('@sentry/node');
  // A client of its own, no `init`: nothing global is patched or listened to.
  const client = new sdk.NodeClient({
    dsn,
    transport: sdk.makeNodeTransport,
    stackParser: sdk.defaultStackParser,
    environment,
    release: `lockstep@${release}`,
    serverName: deviceName,
    integrations: [sdk.linkedErrorsIntegration(), sdk.nodeContextIntegration()],
    dataCollection: { userInfo: false, httpBodies: [] },
    maxBreadcrumbs: BREADCRUMBS_MAX,
    sendClientReports: false,
    enhanceFetchErrorMessages: false,
    beforeSend: (event) => presentableEvent(event, options.secrets),
  });
  client.init();
  const seen = new SeenCauses({
    file: seenFile,
    windowMs: SAME_CAUSE_MS,
    onTrouble: (error) => log.warn('the list of reported errors could not be saved', { error }),
  });
  let reports = 0;
  /** Of the reports under way, by event id. */
  const causes = new Map<string | undefined, string>();
  client.on('afterSendEvent', ({ event_id: id }, { statusCode }) => {
    const cause = causes.get(id);
    causes.delete(id);
    if (cause !== undefined && isTaken(statusCode)) seen.arrived([cause]);
  });
  return {
    report: (error, thread) => {
      if (ignored.includes(thread) || hasName(error, ignored)) return;
      if (isDependencyFailure(error)) return;
      const cause = fingerprint(error);
      if (!seen.isNew(cause)) return;
      reports++;
      const scope = new sdk.Scope();
      scope.setClient(client);
      describe(scope, { error, thread, options });
      causes.set(scope.captureException(error), cause);
    },
    flush: async (timeoutMs) => {
      // With an unreachable Sentry it takes all its time: not without need.
      if (reports > 0) await flushed(client, { timeoutMs, log });
    },
  };
}

function isTaken(statusCode: number | undefined): boolean {
  return statusCode !== undefined && statusCode >= 200 && statusCode < 300;
}

function describe(
  scope: Scope,
  { error, thread, options }: { error: unknown; thread: string; options: SentryOptions },
): void {
  scope.setTag('thread', thread);
  const saga = sagaOn(error);
  if (saga !== undefined) scope.setContext('saga', { ...safeFields({ ...saga }) });
  for (const { line, from } of story(error, { thread, options })) {
    scope.addBreadcrumb({
      timestamp: line.timeMs / 1000,
      category: from,
      level: LEVELS[line.level],
      message: presentable(line.message, options.secrets),
      data: { ...line.fields },
    });
  }
}

/** The lines of main and of the thread, in the order of time. */
function story(error: unknown, { thread, options }: { thread: string; options: SentryOptions }) {
  const main = options.recent().map((line) => ({ line, from: 'main' }));
  const own = linesOn(error).map((line) => ({ line, from: thread }));
  return (thread === 'main' ? main : [...main, ...own])
    .filter(({ from }) => !options.ignored.includes(from))
    .sort((one, other) => one.line.timeMs - other.line.timeMs)
    .slice(-BREADCRUMBS_MAX);
}

function presentableEvent(event: ErrorEvent, secrets: readonly string[]): ErrorEvent {
  for (const exception of event.exception?.values ?? []) {
    if (exception.value !== undefined) exception.value = presentable(exception.value, secrets);
    // Values of the error's own properties would come with these.
    delete exception.mechanism?.data;
  }
  delete event.extra;
  return event;
}

/** The package's own bound is not trusted alone. */
async function flushed(
  client: NodeClient,
  { timeoutMs, log }: { timeoutMs: number; log: Log },
): Promise<void> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), timeoutMs);
  const isFlushed = await Promise.race([client.flush(timeoutMs), late.promise]).catch(() => false);
  clearTimeout(timer);
  if (!isFlushed) log.warn('Sentry did not accept all errors in time', { timeoutMs });
}
