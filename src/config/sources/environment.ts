/**
 * Settings from `LOCKSTEP_*` variables: one that names no setting is a mistake. And, weaker, from
 * the names of other programs for the same thing (`SENTRY_DSN`).
 */
import { isServiceLink } from '../../base/service-links.ts';
import type { Problem } from '../problem.ts';
import { SETTING_KEYS, type SettingKey } from '../schema.ts';
import { docOf, type Given } from '../settings/setting.ts';
import { unknownHint } from '../settings/suggestion.ts';
import { envName } from './names.ts';

const PREFIX = 'LOCKSTEP_';
export const CONFIG_VARIABLE = 'LOCKSTEP_CONFIG';

/** Variables with the prefix that are no settings, and their purpose. */
export const OTHER_VARIABLES: Readonly<Record<string, string>> = {
  [CONFIG_VARIABLE]: 'The configuration file, instead of one in the working directory.',
  LOCKSTEP_TOKEN: 'For `lockstep` only: the token of the client that it is.',
  LOCKSTEP_TOKEN_FILE: 'For `lockstep` only: a file with that token.',
  LOCKSTEP_KEY_FILE:
    'For `lockstep` only: the key file of the client that it is, for CURVE ([keys](operate/protect.md#keys)).',
};

const KEYS_BY_VARIABLE = new Map(
  SETTING_KEYS.filter((key) => docOf(key).fileOnly !== true).map((key) => [envName(key), key]),
);
const FILE_ONLY = new Map(
  SETTING_KEYS.filter((key) => docOf(key).fileOnly === true).map((key) => [envName(key), key]),
);

/**
 * An empty variable is an unset one, because compose files pass them on (`SENTRY_DSN:
 * ${SENTRY_DSN:-}`).
 */
function readSharedNames(env: Environment): readonly Given[] {
  return SETTING_KEYS.flatMap((key: SettingKey): readonly Given[] => {
    const { variable } = docOf(key);
    const value = variable === undefined ? undefined : env[variable];
    if (variable === undefined || value === undefined || value === '') return [];
    return [{ key, source: variable, form: 'text', value }];
  });
}

type Environment = Readonly<Record<string, string | undefined>>;

export function readEnvironment(env: Environment): {
  readonly given: readonly Given[];
  readonly problems: readonly Problem[];
} {
  const given: Given[] = [...readSharedNames(env)];
  const problems: Problem[] = [];
  for (const [source, value] of Object.entries(env)) {
    if (!source.startsWith(PREFIX) || value === undefined) continue;
    if (isServiceLink(env, source)) continue;
    const key = KEYS_BY_VARIABLE.get(source);
    if (key !== undefined) given.push({ key, source, form: 'text', value });
    else if (!Object.hasOwn(OTHER_VARIABLES, source)) problems.push(unknownVariable(source));
  }
  return { given, problems };
}

function unknownVariable(source: string): Problem {
  const key = FILE_ONLY.get(source);
  if (key !== undefined) {
    const hint = `Write ${key} into the configuration file.`;
    return { source, message: 'can only be set in the configuration file', hint };
  }
  const known = [...KEYS_BY_VARIABLE.keys(), ...Object.keys(OTHER_VARIABLES)];
  return { source, message: 'is not a variable of lockstep', hint: unknownHint(source, known) };
}
