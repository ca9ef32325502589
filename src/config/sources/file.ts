/**
 * The configuration file: `lockstep.config.{json,yaml,yml}` in the working directory, or a named
 * one. One object of settings by their keys; any other key is a mistake.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { parseDocument, type YAMLError } from 'yaml';
import { codeOf, messageOf } from '../../base/error-fields.ts';
import type { Problem } from '../problem.ts';
import { SETTING_KEYS, type SettingKey } from '../schema.ts';
import type { Given } from '../settings/setting.ts';
import { unknownHint } from '../settings/suggestion.ts';

const BYTES_MAX = 1024 * 1024;
const EXTENSIONS = ['.json', '.yaml', '.yml'];
const NAMES = EXTENSIONS.map((extension) => `lockstep.config${extension}`);

export interface FileSettings {
  /** False if the content of the file could not be understood. */
  readonly legible: boolean;
  readonly given: readonly Given[];
  readonly problems: readonly Problem[];
}

/** @param named the file that was asked for, and its source; undefined: look for one in `cwd` */
export function readConfigFile(
  cwd: string,
  named: { readonly path: string; readonly source: string } | undefined,
): FileSettings {
  if (named !== undefined) {
    const { path, source } = named;
    if (path === '') return fault({ source, message: 'names no file' });
    if (EXTENSIONS.includes(extname(path))) return readFile(resolve(cwd, path), source);
    const message = `names ${JSON.stringify(path)}, which is neither JSON nor YAML by its name`;
    return fault({ source, message, allowed: `a file that ends in ${EXTENSIONS.join(', ')}` });
  }
  const found = NAMES.filter((name) => existsSync(resolve(cwd, name)));
  const [name, ...others] = found;
  if (name === undefined) return { legible: true, given: [], problems: [] };
  if (others.length === 0) return readFile(resolve(cwd, name), name);
  const message = 'both exist, but only one file can be used';
  return fault({ source: found.join(', '), message, hint: 'Remove one of them.' });
}

function readFile(path: string, source: string): FileSettings {
  let text: string;
  try {
    const { size } = statSync(path);
    if (size > BYTES_MAX) return fault({ source, message: `is larger than ${BYTES_MAX} bytes` });
    text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const code = codeOf(error);
    return fault({ source, message: `can't be read: ${code ?? String(error)} (${path})` });
  }
  const name = basename(path);
  const parsed = parseText(text, extname(path) === '.json');
  if ('faults' in parsed) {
    const problems = parsed.faults.map((message) => ({ source: name, message }));
    return { legible: false, given: [], problems };
  }
  return readKeys(parsed.value, name);
}

type Parsed = { readonly value: unknown } | { readonly faults: readonly string[] };

function parseText(text: string, isJson: boolean): Parsed {
  if (isJson) {
    try {
      JSON.parse(text);
    } catch (error) {
      return { faults: [`is not JSON: ${messageOf(error)}`] };
    }
  }
  // JSON as well: JSON.parse silently takes the last of two equal keys.
  const document = parseDocument(text, { logLevel: 'error', merge: false, stringKeys: true });
  const errors = document.errors.filter(({ code }) => !isJson || code === 'DUPLICATE_KEY');
  if (errors.length > 0) return { faults: errors.map((error) => yamlFault(error, text)) };
  if (isJson) return { value: JSON.parse(text) };
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) ?? {} };
  } catch (error) {
    return { faults: [`is wrong: ${messageOf(error)}`] };
  }
}

function readKeys(value: unknown, name: string): FileSettings {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return fault({ source: name, message: 'does not hold one object of settings' });
  }
  const given: Given[] = [];
  const problems: Problem[] = [];
  for (const [key, setting] of Object.entries(value)) {
    // For editors.
    if (key === '$schema') continue;
    const source = `${name}: ${key.slice(0, 100)}`;
    if (SETTING_KEYS.includes(key as SettingKey)) {
      given.push({ key: key as SettingKey, source, form: 'file', value: setting });
    } else {
      const hint = unknownHint(key, SETTING_KEYS);
      problems.push({ source, message: 'is not a setting', hint });
    }
  }
  return { legible: true, given, problems };
}

function fault(problem: Problem): FileSettings {
  return { legible: false, given: [], problems: [problem] };
}

function yamlFault({ code, pos, message }: YAMLError, text: string): string {
  const [first = ''] = message.split('\n');
  const place = /at line \d+, column \d+/.exec(first)?.[0] ?? '';
  if (code !== 'DUPLICATE_KEY') return `is wrong: ${first.replace(/:$/, '')}`;
  const [key = ''] = /^"[^"]*"|^[^\s:]+/.exec(text.slice(pos[0])) ?? [];
  return `gives ${key.slice(0, 100)} a second time ${place}`;
}
