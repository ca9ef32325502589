import { describe, expect, test } from 'vitest';
import { envName, flagName } from '../../src/config/names.ts';
import { preview } from '../../src/config/preview.ts';
import { SETTING_KEYS } from '../../src/config/schema.ts';

const cwd = '/nowhere/at/all';

describe('what lockstepd says without starting', () => {
  test('without --check and --help it starts', () => {
    expect(preview({ argv: ['--quiesce-ms', '7000'], env: {}, cwd })).toBeUndefined();
  });

  test('--check shows every setting with its source, and ends with 0', () => {
    const said = preview({ argv: ['--check', '--quiesce-ms', '7000'], env: {}, cwd });
    expect(said?.exitCode).toBe(0);
    expect(said?.text).toContain('quiesceMs = 7000  (--quiesce-ms)\n');
    expect(said?.text).toContain('dialect = reliable-ops  (default)\n');
    for (const key of SETTING_KEYS.filter((one) => one !== 'dialects')) {
      expect(said?.text).toMatch(new RegExp(`^${key} = `, 'm'));
    }
  });

  test('--check of a bad configuration names what is wrong, and ends with 78', () => {
    const env = { [envName('quiesceMs')]: '5s' };
    const said = preview({ argv: ['--check'], env, cwd });
    expect(said?.exitCode).toBe(78);
    expect(said?.text).toContain('LOCKSTEP_QUIESCE_MS "5s" is not a whole number');
  });

  test('--help lists every flag, whatever else is wrong', () => {
    const said = preview({ argv: ['--help', '--nonsense'], env: {}, cwd });
    expect(said?.exitCode).toBe(0);
    for (const key of SETTING_KEYS.filter((one) => one !== 'dialects')) {
      expect(said?.text).toContain(`  ${flagName(key)}\n`);
    }
    expect(said?.text).not.toContain('--dialects');
  });
});
