/**
 * Reads the settings: flag > `LOCKSTEP_*` variable > configuration file > default.
 *
 * Every value is checked, even one that a stronger source hides, and all problems are reported at
 * once. Reads at most one file; writes nothing; never throws because of a user's input.
 */

import { shownUrl } from '../base/shown-url.ts';
import { accessText, addressOf, type NodeAccess } from '../node/access/access.ts';
import { present } from '../node/access/credentials.ts';
import type { Dialect, Limits } from '../node/dialect/dialect.ts';
import { reliableOps } from '../node/dialects/reliable-ops.ts';
import { allDialects, complete } from './complete.ts';
import { certificateProblems } from './machine/ops-certificate.ts';
import { protectionProblems } from './machine/protection.ts';
import { readSimulated } from './nodes/simulated-nodes.ts';
import type { Problem } from './problem.ts';
import { RELATIONS, type Relation } from './relations.ts';
import type { ConfiguredNode, SettingKey, Settings } from './schema.ts';
import { allowedText, docOf } from './settings/setting.ts';
import { statsdText } from './settings/statsd.ts';
import { unknownHint } from './settings/suggestion.ts';
import type { SyslogAddress } from './settings/telemetry.ts';
import { CONFIG_VARIABLE, readEnvironment } from './sources/environment.ts';
import { readConfigFile } from './sources/file.ts';
import { CONFIG_FLAG, readFlags } from './sources/flags.ts';
import { type Layered, layer, type Sources } from './sources/layers.ts';
import { resolveReferences } from './sources/references.ts';

export interface LoadInput {
  /** Flags, without the program's own name; none if absent. */
  readonly argv?: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of the configuration file and of relative paths. */
  readonly cwd: string;
  /** Whether the secrets of nodes are read too: for callers that will call nodes. */
  readonly readsSecrets?: boolean;
}

export type Loaded =
  | { readonly ok: true; readonly settings: Settings; readonly sources: Sources }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const NOTHING = { given: [], problems: [] };

export function loadSettings(input: LoadInput): Loaded {
  const { argv = [], env, cwd, readsSecrets = false } = input;
  const flags = readFlags(argv);
  const environment = readEnvironment(env);
  const file = readConfigFile(cwd, namedFile(flags.configFile, env[CONFIG_VARIABLE]));
  const references = resolveReferences(
    [...file.given, ...environment.given, ...flags.given],
    input,
  );
  const named = references.given;
  const isNamed = named.some(({ key }) => key === 'nodes');
  const simulated = isNamed ? NOTHING : readSimulated(env);
  const layered = layer([...simulated.given, ...named]);
  const dialect = allDialects(layered.read).find(({ name }) => name === layered.read.dialect);
  const sources = withLimits(layered, dialect);
  const settings = complete(layered.read, dialect ?? reliableOps, cwd);
  const problems = [
    ...flags.problems,
    ...environment.problems,
    ...simulated.problems,
    ...file.problems,
    ...references.problems,
    ...layered.problems,
    // A file that could not be read may have changed any setting.
    ...(file.legible && dialect === undefined ? unknownDialect(layered) : []),
    ...(file.legible
      ? brokenRelations(settings, { layered: { ...layered, sources }, dialect })
      : []),
    ...(readsSecrets ? missingSecrets(settings, { source: layered.sources.nodes, env }) : []),
    ...(readsSecrets ? certificateProblems(settings, layered.sources) : []),
    ...(readsSecrets ? protectionProblems(settings, layered.sources) : []),
  ];
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, settings, sources };
}

/** The sources with those of the dialect's limits, which are stronger than the settings for all nodes. */
function withLimits({ sources }: Layered, dialect: Dialect | undefined): Sources {
  const { answerBytes: _, ...limits } = dialect?.limits ?? {};
  const place = `${sources.dialects}.${dialect?.name}`;
  const quiesceMs = dialect?.quiesceMs == null ? {} : { quiesceMs: `${place}.quiesceMs` };
  return { ...sources, ...sourcesOf(limits, `${place}.limits`), ...quiesceMs };
}

function sourcesOf(limits: Limits, source: string): Partial<Sources> {
  return Object.fromEntries(Object.keys(limits).map((key) => [key, source]));
}

/** Secrets of nodes that could not be read. */
function missingSecrets(
  { nodes }: Settings,
  { source, env }: { source: string; env: LoadInput['env'] },
): readonly Problem[] {
  return nodes.flatMap((node) => {
    const presented = present(node, env);
    if (!('faults' in presented)) return [];
    return presented.faults.map(({ place, message, hint }) => ({
      source: `${source}.${node.name}.${place}`,
      message,
      hint,
    }));
  });
}

function namedFile(flag: string | undefined, variable: string | undefined) {
  if (flag !== undefined) return { path: flag, source: CONFIG_FLAG };
  return variable === undefined ? undefined : { path: variable, source: CONFIG_VARIABLE };
}

function unknownDialect({ read, sources, faulty }: Layered): readonly Problem[] {
  // It may be one of those that could not be read.
  if (faulty.has('dialects') || faulty.has('dialect')) return [];
  const names = allDialects(read).map(({ name }) => name);
  return [
    {
      source: sources.dialect,
      message: `${JSON.stringify(read.dialect)} is not a dialect`,
      allowed: allowedText('dialect'),
      hint: unknownHint(read.dialect, names),
    },
  ];
}

function brokenRelations(
  settings: Settings,
  { layered, dialect }: { layered: Layered; dialect: Dialect | undefined },
): readonly Problem[] {
  const unknown = new Set(layered.faulty);
  if (dialect === undefined) unknown.add('dialect');
  const known = RELATIONS.filter(({ keys }) => !keys.some((key) => unknown.has(key)));
  const brokenIn = (relations: readonly Relation[], values: Sourced) =>
    relations
      .filter(({ holds }) => !holds(values.settings))
      .map((relation) => brokenRelation(relation, values));
  const { read, sources } = layered;
  return [
    ...brokenIn(known, { settings, sources }),
    // With the limits that a node has of its own, the rules about these hold too.
    ...read.nodes.flatMap(({ name, limits = {} }, index) => {
      const ofNode = sourcesOf(limits, `${sources.nodes}.${name}.limits`);
      return brokenIn(
        known.filter(({ keys }) => keys.some((key) => key in ofNode)),
        {
          settings: { ...settings, ...settings.nodes[index]?.limits },
          sources: { ...sources, ...ofNode },
        },
      );
    }),
  ];
}

interface Sourced {
  readonly settings: Settings;
  readonly sources: Sources;
}

/** Names every source that has a part in it: only a person knows the wrong one. */
function brokenRelation({ keys, rule, reason }: Relation, { settings, sources }: Sourced): Problem {
  const given = [...new Set(keys.map((key) => sources[key]).filter((name) => name !== 'default'))];
  const values = keys.map((key) => `${key} is ${shown(settings, key)} (${sources[key]})`);
  return {
    source: given.join(', '),
    message: `breaks a rule: ${rule}; ${values.join(', ')}`,
    hint: reason,
  };
}

function syslogText(address: SyslogAddress): string {
  if (address.kind === 'none') return 'none';
  return address.kind === 'unix'
    ? `unix://${address.path}`
    : `${address.kind}://${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}

/** The limits of each node, which `--check` shows below the settings. */
export function limitsText({ name, limits }: ConfiguredNode): string {
  const { breakerSlowMs: _, ...shownOnes } = limits;
  const text = Object.entries(shownOnes).map(([key, limit]) => `${key} ${limit}`);
  return `nodes.${name}.limits = ${text.join(', ')}\n`;
}

/** With the names of the settings beside the address, never with their values. */
function nodeText(node: NodeAccess): string {
  const more = accessText(node);
  return `${node.name}=${addressOf(node)}${more === '' ? '' : ` (${more})`}`;
}

/** The value of a setting as a user would write it; never a secret. */
export function shown(settings: Settings, key: SettingKey): string {
  if (docOf(key).secret === true) return key in settings ? '(set, not shown)' : 'off';
  switch (key) {
    case 'nodes':
      return settings.nodes.map(nodeText).join(',');
    case 'dialect':
    case 'dialects':
      return settings.dialect.name;
    case 'journal':
      return settings.journal.kind === 'sqlite'
        ? `sqlite:${settings.journal.path}`
        : shownUrl(settings.journal.url);
    case 'startGate':
      return shownUrl(settings.startGate ?? 'none');
    case 'syslogAddress':
      return syslogText(settings.syslogAddress);
    case 'statsd':
    case 'statsdTags':
      return statsdText(settings[key]);
    default:
      return String(settings[key] ?? 'none');
  }
}
