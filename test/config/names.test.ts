import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadSettings } from '../../src/config/load.ts';
import { SETTING_KEYS } from '../../src/config/schema.ts';
import { docOf } from '../../src/config/settings/setting.ts';
import { CONFIG_VARIABLE, OTHER_VARIABLES } from '../../src/config/sources/environment.ts';
import { envName, flagName } from '../../src/config/sources/names.ts';
import { problemOf, problemsOf } from './load-in.ts';

const FILE = 'lockstep.config.json';
const KEYS: readonly string[] = SETTING_KEYS;
const TEXT_KEYS = SETTING_KEYS.filter((key) => docOf(key).fileOnly !== true);
const KNOWN_VARIABLES = [...SETTING_KEYS.map(envName), ...Object.keys(OTHER_VARIABLES)];

/** A name with one letter dropped, doubled or exchanged. */
function mistyped(
  names: readonly string[],
  from: number,
): fc.Arbitrary<{ name: string; typed: string }> {
  return fc
    .record({
      name: fc.constantFrom(...names),
      at: fc.nat(),
      slip: fc.constantFrom('drop', 'double', 'exchange'),
      letter: fc.constantFrom('q', 'x', 'z', 'Q', 'X', 'Z'),
    })
    .map(({ name, at, slip, letter }) => {
      const index = from + (at % (name.length - from));
      const middle =
        { drop: '', double: (name[index] ?? '').repeat(2), exchange: letter }[slip] ?? '';
      return { name, typed: name.slice(0, index) + middle + name.slice(index + 1) };
    })
    .filter(({ typed }) => !names.includes(typed));
}

/** Settings that are true or false. */
const SWITCHES: ReadonlySet<string> = new Set(['unprotected', 'journalMayForget']);

describe('P10: an unknown or mistyped name is reported by that name', () => {
  test('any unknown key of a file', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 100 }).filter((key) => !KEYS.includes(key)),
        fc.jsonValue(),
        (key, value) => {
          const text = `{${JSON.stringify(key)}: ${JSON.stringify(value)}}`;
          expect(problemOf({ files: { [FILE]: text } }).source).toBe(`${FILE}: ${key}`);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('any key of a file with one slip, and the right one is suggested', () => {
    fc.assert(
      fc.property(mistyped(KEYS, 0), ({ name, typed }) => {
        const problem = problemOf({ files: { [FILE]: { [typed]: 1 } } });
        expect(problem.source).toBe(`${FILE}: ${typed}`);
        expect(suggestedBy(problem.hint)).toSatisfy(
          (meant: string) => meant === name || KEYS.includes(meant),
        );
      }),
      { numRuns: 200 },
    );
  });

  test('any unknown variable with the prefix', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z0-9_]{0,40}$/), fc.string(), (rest, value) => {
        const name = `LOCKSTEP_${rest}`;
        fc.pre(!KNOWN_VARIABLES.includes(name));
        expect(problemOf({ env: { [name]: value } }).source).toBe(name);
      }),
    );
  });

  test('any variable with one slip after the prefix, and a right one is suggested', () => {
    fc.assert(
      fc.property(mistyped(TEXT_KEYS.map(envName), 'LOCKSTEP_'.length), ({ typed }) => {
        fc.pre(!KNOWN_VARIABLES.includes(typed));
        const problem = problemOf({ env: { [typed]: '1' } });
        expect(problem.source).toBe(typed);
        expect(KNOWN_VARIABLES).toContain(suggestedBy(problem.hint));
      }),
    );
  });

  test('any flag with one slip, and a right one is suggested', () => {
    const flags = [...TEXT_KEYS.map(flagName), '--config'];
    fc.assert(
      fc.property(mistyped(flags, 2), ({ typed }) => {
        const problem = problemOf({ argv: [typed, '1'] });
        expect(problem.source).toBe(typed);
        expect(flags).toContain(suggestedBy(problem.hint));
      }),
    );
  });

  test('any setting with a value of the wrong kind, in a file', () => {
    const wrong = fc.oneof(fc.constant(null), fc.boolean(), fc.constant([[]]), fc.constant([null]));
    fc.assert(
      fc.property(fc.constantFrom(...KEYS), wrong, (key, value) => {
        fc.pre(!SWITCHES.has(key) || typeof value !== 'boolean');
        const problems = problemsOf({ files: { [FILE]: { [key]: value } } });
        expect(problems.length).toBeGreaterThan(0);
        for (const { source } of problems) expect(source).toMatch(`${FILE}: ${key}`);
      }),
    );
  });
});

describe('P10: nothing a person writes makes it throw', () => {
  test('any text in any variable is a setting or a problem that names it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TEXT_KEYS), fc.string({ unit: 'binary' }), (key, value) => {
        const loaded = loadSettings({ env: { [envName(key)]: value }, cwd: '/nowhere/at/all' });
        for (const { source } of loaded.ok ? [] : loaded.problems) {
          expect(source).toContain(envName(key));
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('any text in the file is settings or a problem', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('json', 'yaml'),
        fc.oneof(fc.string({ unit: 'binary' }), fc.json()),
        (extension, text) => {
          const problems = problemsOf({ files: { [`lockstep.config.${extension}`]: text } });
          for (const { source } of problems) expect(source).toContain('lockstep.config');
        },
      ),
      { numRuns: 300 },
    );
  });

  test('any command line is settings or a problem', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom('--', '-', '--=', '--nodes'))),
        (argv) => {
          expect(problemsOf({ argv, env: { [CONFIG_VARIABLE]: 'x.json' } }).length).toBeGreaterThan(
            0,
          );
        },
      ),
    );
  });
});

function suggestedBy(hint: string | undefined): string {
  return /^Did you mean (.+)\?$/.exec(hint ?? '')?.[1] ?? '';
}
