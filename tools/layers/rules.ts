/**
 * What may import what, as data.
 *
 * Targets and places are globs below `src/`. Every folder may import itself. Only the entries,
 * the composition root and the thread entries, see everything; nobody imports an entry, except that
 * entries tell each other types.
 * What a table does not name is forbidden: a new folder or a new npm package fails the check until
 * someone has said here where it belongs. Why each exception stands: docs/decisions/001-layer-check.md.
 */

interface Layer {
  /** Files of other layers that files of this one may import. */
  readonly targets: readonly string[];
  /** Node's own modules and npm packages are forbidden. */
  readonly isPure: boolean;
}

export interface Rules {
  readonly entries: readonly string[];
  /**
   * Parts of entries in files of their own, with the same rights. A file without a layer may be
   * imported by entries only.
   */
  readonly composition: readonly string[];
  /** By the name of the folder in `src/`. */
  readonly layers: Readonly<Record<string, Layer>>;
  /** By npm package: the files that may import it. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
}

const BASE = 'base/**';
const CORE = 'core/**';
const PROTOCOL = 'protocol/**';
const JOURNAL_PORT = ['journal/port.ts', 'journal/act.ts', 'journal/errors.ts'];
/** `lockstep backup`, `restore` and `move` work on the journal itself, also without a daemon; `doctor` looks. */
const JOURNAL_COPIES = [
  'journal/errors.ts',
  'journal/move.ts',
  'journal/postgres/start/standbys.ts',
  'journal/postgres/survey.ts',
  'journal/sqlite/files/backup.ts',
  'journal/sqlite/files/check.ts',
  'journal/sqlite/files/moved.ts',
  'journal/sqlite/files/restore.ts',
  'journal/sqlite/files/saved.ts',
];
const DIALECTS = ['node/dialect/**', 'node/dialects/**'];
/** The access to nodes as data, and the secrets that it names: checked before a start. */
const ACCESS = 'node/access/**';
/** The list of clients and the daemon's own key, checked before a start. */
const CLIENT_FILES = ['clients/client-file.ts', 'clients/list-mark.ts', 'clients/server-key.ts'];
/** Who sends a request: a type. */
const PRINCIPAL = 'clients/principal.ts';
/** The state of threads and of main, for those who show it. */
const WATCHED = ['lifecycle/control.ts', 'lifecycle/lookout.ts'];
/** Files for the user of the daemon alone. */
const FILES = 'files/**';
/** Descriptors that are kept for connections to nodes. */
const DESCRIPTORS = 'files/descriptor-reserve.ts';
/** The interface of the log; the top of the program decides on the implementation. */
const LOG_PORT = 'observe/log/log-port.ts';
/** The kinds of notices, and the facts of each: types for the threads that send one. */
const NOTICE_KINDS = 'observe/notify/notice-kinds.ts';

export const RULES: Rules = {
  entries: ['daemon.ts', '**/thread.ts'],
  composition: ['composition/**', 'coordinator/start.ts'],
  layers: {
    base: { targets: [], isPure: true },
    core: { targets: [], isPure: true },
    protocol: layer(BASE, CORE),
    files: layer(BASE),
    journal: layer(BASE, CORE, FILES, LOG_PORT),
    node: layer(BASE, CORE, PROTOCOL, DESCRIPTORS),
    channel: layer(BASE, PROTOCOL, PRINCIPAL),
    clients: layer(BASE, PROTOCOL, FILES, LOG_PORT),
    coordinator: layer(
      BASE,
      CORE,
      PROTOCOL,
      LOG_PORT,
      NOTICE_KINDS,
      'channel/**',
      'clients/**',
      ...JOURNAL_PORT,
    ),
    executor: layer(BASE, CORE, PROTOCOL, LOG_PORT, 'node/**'),
    door: layer(BASE, PROTOCOL, FILES, LOG_PORT, 'channel/**', 'clients/**', ...WATCHED),
    page: layer('base/time/duration-text.ts', CORE, PROTOCOL),
    lifecycle: layer(BASE, PROTOCOL, FILES, LOG_PORT, NOTICE_KINDS),
    observe: layer(BASE, FILES, 'node/access/access.ts'),
    config: layer(BASE, ACCESS, ...CLIENT_FILES, FILES, ...DIALECTS),
    client: layer(BASE, PROTOCOL, 'clients/client-key.ts'),
    nodesim: layer(BASE),
    cli: layer(
      BASE,
      'client/**',
      'clients/**',
      'config/**',
      CORE,
      FILES,
      PROTOCOL,
      'node/**',
      ...JOURNAL_COPIES,
    ),
  },
  packages: {
    '@preact/signals': ['page/**'],
    '@sentry/node': ['observe/**'],
    'better-sqlite3': ['journal/sqlite/**', 'nodesim/**'],
    cronitor: ['observe/**'],
    fastify: ['door/**'],
    ky: ['cli/**', 'observe/**'],
    preact: ['page/**'],
    'hot-shots': ['door/metrics/statsd/**'],
    pg: ['journal/postgres/**'],
    'prom-client': ['door/**'],
    re2js: ['node/dialect/**'],
    'string-width': ['cli/**'],
    uuid: ['protocol/**'],
    winston: ['observe/**'],
    yaml: ['config/**'],
    yargs: ['cli/**', 'nodesim/**'],
    zeromq: ['channel/**', 'client/**', 'coordinator/**'],
    zod: ['config/**', 'nodesim/**', 'protocol/**'],
  },
};

function layer(...targets: readonly string[]): Layer {
  return { targets, isPure: false };
}
