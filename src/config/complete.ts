/** Fills in the settings that depend on other settings, once for all readers. */
import { existsSync } from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Auth, NodeAccess } from '../node/access/access.ts';
import { renameFiles } from '../node/access/secret.ts';
import type { Dialect } from '../node/dialect/dialect.ts';
import { SHIPPED_DIALECTS } from '../node/dialects/index.ts';
import { resolveLimits } from './nodes/limits.ts';
import {
  DEFAULT_EXECUTORS_MAX,
  type JournalPlace,
  type ReadSettings,
  type Settings,
} from './schema.ts';
import type { SyslogAddress } from './settings/telemetry.ts';

/** Where the machine's own syslog listens. */
const SYSLOG_SOCKET = '/dev/log';

export function allDialects({ dialects }: ReadSettings): readonly Dialect[] {
  return [...SHIPPED_DIALECTS, ...dialects];
}

/** Paths become absolute: what follows must not depend on the working directory. */
export function complete(read: ReadSettings, dialect: Dialect, cwd: string): Settings {
  const { dialects: _, ...rest } = withoutUndefined(read);
  const dataDir = resolve(cwd, read.dataDir);
  // What a dialect says of its nodes is stronger than what is set for all nodes, and a node's own is strongest.
  const { answerBytes: _bytes, ...general } = resolveLimits(read, dialect.limits);
  const nodes = read.nodes.map((node) => ({
    ...withAbsolutePaths(node, cwd),
    limits: resolveLimits(read, dialect.limits, node.limits),
  }));
  return {
    ...rest,
    ...general,
    quiesceMs: dialect.quiesceMs ?? read.quiesceMs,
    dialect,
    nodes,
    executors: read.executors ?? defaultExecutors(availableParallelism(), nodes),
    dataDir,
    journal: placeOf(read.journal, { dataDir, cwd }),
    clients: read.clients === undefined ? defaultClients(dataDir) : resolve(cwd, read.clients),
    ...absolute({ opsTlsCert: read.opsTlsCert, opsTlsKey: read.opsTlsKey }, cwd),
    ...absolute({ curveKeyFile: read.curveKeyFile }, cwd),
    deviceName: read.deviceName ?? hostname(),
    syslogAddress: read.syslogAddress ?? localSyslog(),
  };
}

function placeOf(
  journal: ReadSettings['journal'],
  { dataDir, cwd }: { readonly dataDir: string; readonly cwd: string },
): JournalPlace {
  if (journal?.kind === 'postgres') return { ...journal, folder: dataDir };
  const path = journal === undefined ? join(dataDir, 'journal.db') : resolve(cwd, journal.path);
  return { kind: 'sqlite', path, folder: dirname(path) };
}

/** Where the list of clients is unless a setting names another file. */
export function defaultClients(dataDir: string): string {
  return join(dataDir, 'clients.json');
}

/** Half the cores; fewer where a node takes fewer connections, since each executor needs one of its own. */
export function defaultExecutors(
  cores: number,
  nodes: readonly { readonly limits: { readonly connectionsPerNode: number } }[] = [],
): number {
  const connections = nodes.map(({ limits }) => limits.connectionsPerNode);
  return Math.max(1, Math.min(DEFAULT_EXECUTORS_MAX, Math.floor(cores / 2), ...connections));
}

function withAbsolutePaths(node: NodeAccess, cwd: string): NodeAccess {
  const { headers, query, auth, tls } = node;
  const text = (given: string) => renameFiles(given, (path) => resolve(cwd, path));
  return {
    ...node,
    ...(headers === undefined ? {} : { headers: mapValues(headers, text) }),
    ...(query === undefined ? {} : { query: mapValues(query, text) }),
    ...(auth === undefined ? {} : { auth: absoluteAuth(auth, text) }),
    ...(tls === undefined
      ? {}
      : {
          tls: mapValues(tls, (path, name) => (name === 'serverName' ? path : resolve(cwd, path))),
        }),
  };
}

function absoluteAuth(auth: Auth, text: (given: string) => string): Auth {
  if ('bearer' in auth) return { bearer: text(auth.bearer) };
  return 'basic' in auth
    ? { basic: mapValues(auth.basic, text) }
    : { header: { ...auth.header, value: text(auth.header.value) } };
}

function mapValues<Texts extends object>(
  texts: Texts,
  map: (text: string, name: string) => string,
): Texts {
  const entries = Object.entries(texts).map(([name, text]: [string, string]) => [
    name,
    map(text, name),
  ]);
  return Object.fromEntries(entries) as Texts;
}

/** Paths that are given. */
function absolute<Name extends string>(
  paths: Readonly<Record<Name, string | undefined>>,
  cwd: string,
) {
  return mapValues(withoutUndefined(paths), (path) => resolve(cwd, path));
}

function localSyslog(): SyslogAddress {
  return existsSync(SYSLOG_SOCKET) ? { kind: 'unix', path: SYSLOG_SOCKET } : { kind: 'none' };
}

/** A setting that is off is absent, so that settings are the same before and after JSON. */
function withoutUndefined<Values extends object>(values: Values): Given<Values> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Given<Values>;
}

type Given<Values> = {
  [Key in keyof Values as undefined extends Values[Key] ? never : Key]: Values[Key];
} & {
  [Key in keyof Values as undefined extends Values[Key] ? Key : never]?: NonNullable<Values[Key]>;
};
