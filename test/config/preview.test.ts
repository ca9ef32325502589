import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeDataFolder } from '../../src/config/machine/data-folder.ts';
import { preview } from '../../src/config/preview.ts';
import { SETTING_KEYS } from '../../src/config/schema.ts';
import { envName, flagName } from '../../src/config/sources/names.ts';
import { tempFolder } from '../support/temp-folder.ts';

const cwd = '/nowhere/at/all';

describe('the output of lockstepd without a start', () => {
  test('without --check and --help it starts', () => {
    expect(preview({ argv: ['--quiesce-ms', '7000'], env: {}, cwd })).toBeUndefined();
  });

  test('--check shows every setting with its source, and ends with 0', () => {
    const detail = preview({ argv: ['--check', '--quiesce-ms', '7000'], env: {}, cwd });
    expect(detail?.exitCode).toBe(0);
    expect(detail?.text).toContain('quiesceMs = 7000  (--quiesce-ms)\n');
    expect(detail?.text).toContain('dialect = reliable-ops  (default)\n');
    for (const key of SETTING_KEYS.filter((one) => one !== 'dialects')) {
      expect(detail?.text).toMatch(new RegExp(`^${key} = `, 'm'));
    }
  });

  test('P1: --check warns of a dialect without a proof', () => {
    const check = (proof: string | undefined) => {
      const folder = tempFolder();
      const read = {
        absent: { status: 404, ...(proof === undefined ? { text: 'gone' } : { proof }) },
      };
      const dialects = { mine: { extends: 'challenge', read } };
      const file = join(folder, 'lockstep.config.json');
      writeFileSync(file, JSON.stringify({ dialect: 'mine', dialects }));
      return preview({ argv: ['--check'], env: {}, cwd: folder });
    };
    const detail = check('none');
    expect(detail?.exitCode).toBe(0);
    expect(detail?.text).toMatch(/^warning: the dialect says `proof: none` \(read\.absent\)/m);
    for (const proof of ['words', undefined]) expect(check(proof)?.text).not.toContain('warning');
  });

  test('--check shows the dialect as it came out, and it can be written back', () => {
    const folder = tempFolder();
    const file = join(folder, 'lockstep.config.json');
    const mine = { extends: 'challenge', create: { perhaps: 409 }, health: null };
    writeFileSync(file, JSON.stringify({ dialect: 'mine', dialects: { mine } }));
    const detail = preview({ argv: ['--check'], env: {}, cwd: folder })?.text ?? '';
    const shown = detail.slice(detail.indexOf('dialects.mine = ') + 'dialects.mine = '.length);
    const dialects = { mine: JSON.parse(shown) as unknown };
    expect(dialects.mine).toMatchObject({ create: { perhaps: [{ status: [409] }] } });
    writeFileSync(file, JSON.stringify({ dialect: 'mine', dialects }));
    expect(preview({ argv: ['--check'], env: {}, cwd: folder })?.text).toBe(detail);
  });

  test('--check of a bad configuration names what is wrong, and ends with 78', () => {
    const env = { [envName('quiesceMs')]: '5s' };
    const detail = preview({ argv: ['--check'], env, cwd });
    expect(detail?.exitCode).toBe(78);
    expect(detail?.text).toContain('LOCKSTEP_QUIESCE_MS "5s" is not a whole number');
  });

  test('P10: --check reports a shortage of open files that a start would refuse or accept', () => {
    const env = { LOCKSTEP_EXECUTORS: '4' };
    const few = preview({ argv: ['--check'], env, cwd }, 243);
    expect(few?.exitCode).toBe(78);
    expect(few?.text).toContain('the limit of open files is 243, and at least 256 are needed');
    const fewer = preview({ argv: ['--check'], env, cwd }, 300);
    expect(fewer?.exitCode).toBe(0);
    expect(fewer?.text).toMatch(/^warning: the limit of open files is 300, and 340 are needed: /m);
    expect(preview({ argv: ['--check'], env, cwd }, 1024)?.text).not.toContain('warning');
  });

  test('P10: a data folder below a file is reported by the name of its setting', () => {
    const file = join(tempFolder(), 'file');
    writeFileSync(file, '');
    for (const folder of [file, join(file, 'data'), join(file, 'more', 'data')]) {
      const detail = preview({ argv: ['--check'], env: { LOCKSTEP_DATA_DIR: folder }, cwd });
      expect(detail?.text).toContain(
        `LOCKSTEP_DATA_DIR names a place where no folder can be made: ${file} is a file`,
      );
      expect(detail?.exitCode).toBe(78);
      expect(makeDataFolder(folder, 'LOCKSTEP_DATA_DIR')).toBeDefined();
    }
    const made = join(tempFolder(), 'a', 'b');
    expect(makeDataFolder(made, '')).toBeUndefined();
    expect(existsSync(made)).toBe(true);
  });

  test('M6: a data folder in which all users may write is refused, with what to do', () => {
    const folder = join(tempFolder(), 'shared');
    mkdirSync(folder);
    chmodSync(folder, 0o1777);
    const detail = preview({ argv: ['--check'], env: { LOCKSTEP_DATA_DIR: folder }, cwd });
    expect(detail?.text).toContain(
      `LOCKSTEP_DATA_DIR names ${folder}, in which all users of this machine may replace files`,
    );
    expect(detail?.text).toContain(`chmod o-w ${folder}`);
    expect(detail?.exitCode).toBe(78);
    const own = join(folder, 'own');
    expect(makeDataFolder(own, '')).toBeUndefined();
    expect(statSync(own).mode & 0o777).toBe(0o700);
  });

  test.skipIf(!existsSync('/proc/self'))('P10: one in /proc ends the start at once', () => {
    const found = makeDataFolder('/proc/no-such/data', 'LOCKSTEP_DATA_DIR');
    expect(found?.message).toContain('where no folder can be made');
  });

  test('--version reports the version of the package', () => {
    expect(preview({ argv: ['--version'], env: {}, cwd })?.text).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('--help lists every flag, whatever else is wrong', () => {
    const detail = preview({ argv: ['--help', '--nonsense'], env: {}, cwd });
    expect(detail?.exitCode).toBe(0);
    for (const key of SETTING_KEYS.filter((one) => one !== 'dialects')) {
      expect(detail?.text).toContain(`  ${flagName(key)}\n`);
    }
    expect(detail?.text).not.toContain('--dialects');
  });
});
