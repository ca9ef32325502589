/**
 * Every kind of notice, in one table. A new kind needs an entry here, and one call where the event
 * happens: a thread sends `{ kind: 'notice', notice }` to main, main calls `telemetry.notify`. The
 * rest follows from the table: the types on the way, the severity for PagerDuty, the test of the
 * documented kinds.
 */

/** In rising order. */
export const SEVERITIES = ['info', 'warning', 'error'] as const;

export interface Kind<Facts> {
  readonly severity: (typeof SEVERITIES)[number];
  /**
   * Equal for two notices of the same matter, which is sent once an hour. Absent: all notices of
   * the kind are one matter.
   */
  readonly matter?: (facts: Facts) => string;
  /**
   * One sentence, with the command to run next. `show` removes secrets and bodies from free text.
   */
  readonly text: (facts: Facts, show: (text: string) => string) => string;
}

interface CommandFacts {
  readonly id: string;
  readonly op: string;
}

export const NOTICE_KINDS = {
  stuck: kind<CommandFacts & { readonly isRollback: boolean }>({
    severity: 'error',
    matter: ({ id }) => id,
    text: ({ id, op, isRollback }) =>
      `${isRollback ? 'the rollback of ' : ''}${op} ${id} is stuck: see lockstep status ${id}`,
  }),
  /** Commands of an earlier run that never give up. */
  still_stuck: kind<{ readonly count: number }>({
    severity: 'error',
    text: ({ count }) => {
      const commands = count === 1 ? '1 command is' : `${count} commands are`;
      return `${commands} still stuck after a restart: see lockstep list --stuck`;
    },
  }),
  parked: kind<CommandFacts>({
    severity: 'error',
    matter: ({ id }) => id,
    text: ({ id, op }) => `${op} ${id} is parked, it crashed the daemon: see lockstep status ${id}`,
  }),
  /** An audit of all keys found so many that differ. */
  diverged: kind<{ readonly keys: number }>({
    severity: 'warning',
    text: ({ keys }) => {
      const count = keys === 1 ? '1 key' : `${keys} keys`;
      return `an audit found ${count} with records that differ from the journal: see lockstep audit`;
    },
  }),
  breaker_open: kind<{ readonly node: string; readonly cause: string }>({
    severity: 'error',
    matter: ({ node }) => node,
    text: ({ node, cause }, show) =>
      `the breaker of ${node} is open, commands fail or wait: ${show(cause)}`,
  }),
  breaker_closed: kind<{ readonly node: string }>({
    severity: 'info',
    matter: ({ node }) => node,
    text: ({ node }) => `the breaker of ${node} is closed, commands run again`,
  }),
  /** Open commands need nodes that are not configured: how many commands, by node. */
  missing_nodes: kind<{ readonly counts: Readonly<Record<string, number>> }>({
    severity: 'warning',
    matter: ({ counts }) => namesOf(counts),
    text: ({ counts }) =>
      `open commands need nodes that are no longer configured (${namesOf(counts)}): see lockstep status`,
  }),
  /** `was`, `now`: `NAME=URL,…` of the last run and of this one. */
  nodes_changed: kind<{ readonly was: string; readonly now: string }>({
    severity: 'warning',
    matter: ({ now }) => now,
    text: ({ was, now }) => `the list of nodes has changed: was ${was}, now ${now}`,
  }),
  disk_full: kind<object>({
    severity: 'error',
    text: () => "the journal's disk is nearly full: new commands are refused",
  }),
  disk_room: kind<object>({
    severity: 'info',
    text: () => "the journal's disk has room again: new commands are accepted",
  }),
  /** Rows of history; the daemon works on. */
  journal_damaged: kind<object>({
    severity: 'error',
    text: () => 'the journal is damaged: see lockstep journal check',
  }),
  /** Connections held memory that the daemon could not bound. */
  sockets_reopened: kind<object>({
    severity: 'error',
    text: () =>
      'connections of clients or subscribers took too much memory: all were closed, and may connect again',
  }),
  unsupervised: kind<object>({
    severity: 'error',
    text: () => 'pm2 is gone: nothing restarts this daemon after a crash; run npm start',
  }),
  /** The last run ended unexpectedly. */
  restart: kind<{ readonly cause: string }>({
    severity: 'warning',
    text: ({ cause }) => `the daemon was restarted after it ended unexpectedly: ${cause}`,
  }),
  /** The loss of a thread; it ends the daemon. */
  thread_lost: kind<{ readonly thread: string; readonly reason: string }>({
    severity: 'error',
    matter: ({ thread }) => thread,
    text: ({ reason }, show) => `stopping: ${show(reason)}`,
  }),
};

type Kinds = typeof NOTICE_KINDS;
/** The facts of each kind. */
export type Facts = { [Name in NoticeKind]: Parameters<Kinds[Name]['text']>[0] };

export type NoticeKind = keyof Kinds;

/** A notice at its source: its kind and facts. */
export type RaisedNotice<Name extends NoticeKind = NoticeKind> = {
  [One in Name]: { readonly kind: One } & Facts[One];
}[Name];

function kind<Facts extends object>(entry: Kind<Facts>): Kind<Facts> {
  return entry;
}

function namesOf(counts: Readonly<Record<string, number>>): string {
  return Object.keys(counts).join(', ');
}
