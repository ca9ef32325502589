/**
 * The simulator's settings, each from its flag, else its environment variable, else its default.
 * One table; one function reads each value, and an error is a sentence that names the flag and the
 * variable.
 */
import { randomInt } from 'node:crypto';
import { join, resolve } from 'node:path';
import { isServiceLink } from '../base/service-links.ts';
import {
  type Checked,
  DELETE_MISSING_STATUSES,
  type DeleteMissingStatus,
} from './faults/schema.ts';
import { LOG_LEVELS, type LogLevel } from './log.ts';

const NODES_MAX = 50;
const PORT_MAX = 65_535;
const SEED_MAX = 0xffff_ffff;

export interface Settings {
  readonly host: string;
  /** The shared port; the nodes' ports follow it. 0 searches for free ones. */
  readonly port: number;
  readonly nodes: readonly string[];
  readonly dataDir: string;
  readonly randomBehavior: number;
  readonly seed: number;
  readonly showTokens: boolean;
  readonly deleteMissing: DeleteMissingStatus;
  readonly logLevel: LogLevel;
  /** Other machines may use `/_sim`. */
  readonly remoteControls: boolean;
  /** Ends when standard input ends. */
  readonly attached: boolean;
  readonly stopExitCode: number;
}

/** Where a setting comes from. */
export const SOURCES = {
  port: { flag: 'port', variable: 'NODESIM_PORT' },
  host: { flag: 'host', variable: 'NODESIM_HOST' },
  nodes: { flag: 'nodes', variable: 'NODESIM_NODES' },
  dataDir: { flag: 'data', variable: 'NODESIM_DATA_DIR' },
  randomBehavior: { flag: 'random-behavior', variable: 'RANDOM_BEHAVIOR' },
  seed: { flag: 'seed', variable: 'NODESIM_SEED' },
  showTokens: { flag: 'show-tokens', variable: 'NODESIM_SHOW_TOKENS' },
  deleteMissing: { flag: 'delete-missing', variable: 'NODESIM_DELETE_MISSING' },
  logLevel: { flag: 'log-level', variable: 'NODESIM_LOG_LEVEL' },
  remoteControls: { flag: 'remote-controls', variable: 'NODESIM_REMOTE_CONTROLS' },
  attached: { flag: 'attached', variable: 'NODESIM_ATTACHED' },
  stopExitCode: { flag: undefined, variable: 'LOCKSTEP_STOP_EXIT_CODE' },
} as const satisfies Record<
  keyof Settings,
  { readonly flag: string | undefined; readonly variable: string }
>;

type Reader<T> = (text: string) => T | undefined;

/** Reads a value (undefined: invalid), and describes the valid ones. */
const READERS: { readonly [K in keyof Settings]: readonly [Reader<Settings[K]>, string] } = {
  port: [within(0, PORT_MAX), `a port from 0 to ${PORT_MAX} (0 looks for free ones)`],
  host: [(text) => text || undefined, 'an address of this machine'],
  nodes: [readNodes, `1 to ${NODES_MAX} different names of letters, digits, ".", "_", "-"`],
  dataDir: [(text) => (text === '' ? undefined : resolve(text)), 'a directory'],
  randomBehavior: [readProbability, 'a probability from 0 to 1'],
  seed: [within(0, SEED_MAX), `a whole number from 0 to ${SEED_MAX}`],
  showTokens: [readBoolean, 'true or false'],
  deleteMissing: [
    (text) => DELETE_MISSING_STATUSES.find((status) => String(status) === text),
    `one of ${DELETE_MISSING_STATUSES.join(', ')}`,
  ],
  logLevel: [(text) => LOG_LEVELS.find((level) => level === text), LOG_LEVELS.join(', ')],
  remoteControls: [readBoolean, 'true or false'],
  attached: [readBoolean, 'true or false'],
  stopExitCode: [within(0, 255), 'an exit code from 0 to 255'],
};

/** Values by flag name; flags that were not given are missing. */
export type Flags = Readonly<Record<string, string | undefined>>;
export type Environment = Readonly<Record<string, string | undefined>>;

export function readSettings(flags: Flags, environment: Environment): Checked<Settings> {
  const values: Partial<Record<keyof Settings, unknown>> = defaults(environment);
  for (const name of Object.keys(READERS) as (keyof Settings)[]) {
    const { flag, variable } = SOURCES[name];
    const given = flag === undefined ? undefined : flags[flag];
    const text =
      given ?? (isServiceLink(environment, variable) ? undefined : environment[variable]);
    if (text === undefined || (given === undefined && text === '')) continue;
    const [read, wanted] = READERS[name];
    values[name] = read(text);
    if (values[name] === undefined) {
      const source = given === undefined ? variable : `--${flag} (${variable})`;
      return { ok: false, message: `${source} is ${JSON.stringify(text)}, not ${wanted}` };
    }
  }
  const settings = values as Settings;
  if (settings.port + settings.nodes.length > PORT_MAX) {
    const message = `--port (${SOURCES.port.variable}) is ${settings.port}: the ports of ${settings.nodes.length} nodes after it would be over ${PORT_MAX}`;
    return { ok: false, message };
  }
  return { ok: true, value: settings };
}

function defaults(environment: Environment): Settings {
  return {
    host: '127.0.0.1',
    port: 7400,
    nodes: ['node01', 'node02', 'node03'],
    dataDir: resolve(join(environment['LOCKSTEP_DATA_DIR'] || './data', 'nodesim')),
    randomBehavior: 0,
    seed: randomInt(SEED_MAX + 1),
    showTokens: false,
    deleteMissing: 404,
    logLevel: 'info',
    remoteControls: false,
    attached: false,
    stopExitCode: 0,
  };
}

function within(least: number, most: number): Reader<number> {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : undefined;
  };
}

function readProbability(text: string): number | undefined {
  const value = /^(\d+\.?\d*|\.\d+)(e-?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  return value >= 0 && value <= 1 ? value : undefined;
}

function readBoolean(text: string): boolean | undefined {
  if (text === 'true' || text === '1') return true;
  return text === 'false' || text === '0' ? false : undefined;
}

/** Names become file names and parts of URLs, so only plain characters are allowed. */
function readNodes(text: string): readonly string[] | undefined {
  const names = text.split(',').map((name) => name.trim());
  const plain = names.every((name) => /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name));
  // Some file systems treat Node01 and node01 as one name.
  const different = new Set(names.map((name) => name.toLowerCase())).size === names.length;
  return plain && different && names.length <= NODES_MAX ? names : undefined;
}
