/**
 * The contexts of a user: daemons by name, with the files of the client to be there. They are in one file, which holds no
 * secret itself but names the files that do: only its owner may read it.
 */
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { messageOf } from '../../base/error-fields.ts';
import { nearest } from '../../base/nearest.ts';
import { PRIVATE_FOLDER } from '../../files/private-file.ts';
import { readSecretFile, replaceSecretFile } from '../../files/secret-file.ts';
import { UsageError } from '../exit-code.ts';

const BYTES_MAX = 256 * 1024;
const CONTEXTS_MAX = 1000;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const MEMBERS = ['endpoint', 'eventsEndpoint', 'keyFile', 'tokenFile'] as const;

/** A daemon, and which client of it the user is. Paths are absolute. */
export interface Context {
  readonly endpoint: string;
  readonly eventsEndpoint?: string;
  readonly keyFile?: string;
  readonly tokenFile?: string;
}

export interface Contexts {
  /** The name of the context that counts if no other is named. */
  readonly current?: string;
  readonly contexts: ReadonlyMap<string, Context>;
}

/** `$XDG_CONFIG_HOME/lockstep/contexts.json`; by default that is below `~/.config`. */
export function contextsPath(env: NodeJS.ProcessEnv): string {
  const given = env['XDG_CONFIG_HOME'];
  // As the specification of these folders has it: a relative path is ignored.
  const base = given && isAbsolute(given) ? given : join(env['HOME'] || homedir(), '.config');
  return join(base, 'lockstep', 'contexts.json');
}

/** None if there is no file. @throws UsageError if it cannot be used */
export function readContexts(path: string): Contexts {
  const read = readSecretFile(path, BYTES_MAX);
  if (!read.ok) {
    const { message, hint } = read.fault;
    throw new UsageError(hint === undefined ? message : `${message} (${hint})`);
  }
  return read.text === undefined ? { contexts: new Map() } : parsed(read.text, path);
}

/** @throws UsageError */
export function writeContexts(path: string, { current, contexts }: Contexts): void {
  if (contexts.size > CONTEXTS_MAX) throw new UsageError(`${path} holds ${CONTEXTS_MAX} already`);
  const text = `${JSON.stringify({ current, contexts: Object.fromEntries(contexts) }, null, 2)}\n`;
  if (Buffer.byteLength(text) > BYTES_MAX) {
    throw new UsageError(`${path} would be larger than ${BYTES_MAX} bytes`);
  }
  try {
    mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_FOLDER });
    replaceSecretFile(path, text);
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** @throws UsageError if there is none of this name */
export function contextNamed(name: string, { contexts }: Contexts, source: string): Context {
  const found = contexts.get(name);
  if (found !== undefined) return found;
  const names = [...contexts.keys()];
  const near = nearest(name, names);
  const known = names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`;
  const hint = near === undefined ? known : `did you mean ${near}?`;
  throw new UsageError(`${source}: there is no context "${name}"; ${hint}`);
}

/** @throws UsageError */
export function checkedName(name: string): string {
  if (NAME.test(name)) return name;
  throw new UsageError(
    'the name of a context must be 1 to 64 letters, digits, dots, dashes or underscores',
  );
}

/** @throws UsageError */
function parsed(text: string, path: string): Contexts {
  const whole = objectIn(jsonOf(text, path), path);
  const contexts = new Map<string, Context>();
  for (const [name, value] of Object.entries(objectIn(whole['contexts'], `${path}: contexts`))) {
    contexts.set(checkedName(name), contextIn(value, `${path}: ${name}`));
  }
  const { current } = whole;
  return { contexts, ...(typeof current === 'string' ? { current } : {}) };
}

function jsonOf(text: string, path: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new UsageError(`${path} is not JSON: ${messageOf(error)}`, { cause: error });
  }
}

function contextIn(value: unknown, place: string): Context {
  const members = Object.entries(objectIn(value, place));
  for (const [name, text] of members) {
    if (!MEMBERS.some((one) => one === name)) throw new UsageError(`${place} has no ${name}`);
    if (typeof text !== 'string') throw new UsageError(`${place}: ${name} must be a text`);
  }
  const { endpoint, ...rest }: Partial<Context> = Object.fromEntries(members);
  if (endpoint === undefined) throw new UsageError(`${place} has no endpoint`);
  return { endpoint, ...rest };
}

function objectIn(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw new UsageError(`${place} is not a JSON object`);
}
