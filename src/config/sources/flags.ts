/** Settings from the command line: `--request-timeout-ms 5000` or `--request-timeout-ms=5000`. */

import type { Problem } from '../problem.ts';
import { SETTING_KEYS } from '../schema.ts';
import { docOf, type Given } from '../settings/setting.ts';
import { unknownHint } from '../settings/suggestion.ts';
import { flagName } from './names.ts';

export const CONFIG_FLAG = '--config';

const KEYS_BY_FLAG = new Map(
  SETTING_KEYS.filter((key) => docOf(key).fileOnly !== true).map((key) => [flagName(key), key]),
);
const KNOWN = [...KEYS_BY_FLAG.keys(), CONFIG_FLAG];

export interface Flags {
  readonly given: readonly Given[];
  /** The file named by `--config`. */
  readonly configFile: string | undefined;
  readonly problems: readonly Problem[];
}

export function readFlags(argv: readonly string[]): Flags {
  const values = new Map<string, string>();
  const problems: Problem[] = [];
  for (const { flag, value } of pairs(argv)) {
    if (!flag.startsWith('--')) {
      problems.push({ source: flag, message: 'is not a flag', hint: 'Flags begin with --.' });
    } else if (!KNOWN.includes(flag)) {
      problems.push(unknownFlag(flag));
    } else if (value === undefined) {
      problems.push({ source: flag, message: 'has no value', hint: `Write ${flag} VALUE.` });
    } else if (values.has(flag)) {
      problems.push({ source: flag, message: 'is given twice' });
    } else {
      values.set(flag, value);
    }
  }
  const given: Given[] = [];
  for (const [source, value] of values) {
    const key = KEYS_BY_FLAG.get(source);
    if (key !== undefined) given.push({ key, source, form: 'text', value });
  }
  return { given, configFile: values.get(CONFIG_FLAG), problems };
}

/** Text that begins with two dashes is never a value. */
function* pairs(argv: readonly string[]): Generator<{ flag: string; value: string | undefined }> {
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    const equals = word.indexOf('=');
    if (word.startsWith('--') && equals !== -1) {
      yield { flag: word.slice(0, equals), value: word.slice(equals + 1) };
      continue;
    }
    const next = argv[index + 1];
    const value = word.startsWith('--') && next?.startsWith('--') === false ? next : undefined;
    if (value !== undefined) index++;
    yield { flag: word, value };
  }
}

function unknownFlag(flag: string): Problem {
  const hint = unknownHint(flag, KNOWN);
  return { source: flag.slice(0, 100), message: 'is not a flag of lockstepd', hint };
}
