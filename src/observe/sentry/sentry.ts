/**
 * Reports unhandled errors of every thread to Sentry. It runs in main, which gets the errors of the
 * other threads with their latest lines and their saga.
 *
 * One cause is one event; failures of dependencies are no events; of a record only ids, node names
 * and states are sent. Sending happens in the background. `flush` waits for it with a bound, and
 * must not be called before the shutdown begins: a Sentry that hangs would delay the rest (P9).
 *
 * The package costs 55 MB and 0.3 s (measured 2026-11): it is loaded only if there is a DSN.
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
  /** Threads and names of errors that are not reported. */
  readonly ignored: readonly string[];
  /** The file that lists the causes that were sent. */
  readonly seenFile: string;
  readonly secrets: readonly string[];
  readonly log: Log;
  /** The latest lines of main. */
  readonly recent: () => readonly RecentLine[];
}

export interface Sentry {
  /** Reports the error unless its cause was reported lately; returns at once. */
  report(error: unknown, thread: string): void;
  /** Waits until all reports are sent, for the given time at most. */
  flush(timeoutMs: number): Promise<void>;
}

export async function openSentry(options: SentryOptions): Promise<Sentry> {
  const { dsn, environment, release, deviceName, ignored, seenFile, log } = options;
  const sdk = await import('@sentry/node');
  // An own client instead of `init`: nothing global is patched.
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
  /** The causes of the reports under way, by event id. */
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
      // If Sentry is unreachable it takes all its time, so it is called only if reports are under
      // way.
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

/** The lines of main and of the thread, in order of time. */
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
    // Left out, because it would add the values of the error's own properties.
    delete exception.mechanism?.data;
  }
  delete event.extra;
  return event;
}

/** The package's own bound is not trusted: this is a second one. */
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
