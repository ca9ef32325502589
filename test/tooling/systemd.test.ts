/** The unit for systemd against the daemon's own deadlines and exit codes, and by systemd itself. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { settingsSchema } from '../../src/config/schema.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { PROJECT, write } from './temp-project.ts';

const FILE = join(PROJECT, 'supervisor/systemd/lockstep.service');
const TEXT = readFileSync(FILE, 'utf8');
const ANALYZE = 'systemd-analyze';
const noSystemd =
  spawnSync(ANALYZE, ['--version']).status === 0 ? undefined : `${ANALYZE} is not installed`;

/** What the unit says of this key. */
function value(key: string): string {
  const line = TEXT.split('\n').find((each) => each.startsWith(`${key}=`));
  if (line === undefined) throw new Error(`the unit does not say ${key}`);
  return line.slice(key.length + 1);
}

describe('the unit for systemd', () => {
  it('kills later than the daemon leaves by itself', () => {
    expect(Number(value('TimeoutStopSec')) * 1000).toBeGreaterThan(
      settingsSchema.shape.hardExitMs.parse(undefined),
    );
  });

  it('restarts the daemon forever, except after an intended stop and a bad configuration', () => {
    const exitCodes = createRequire(import.meta.url)('../../supervisor/exit-codes.cjs') as {
      readonly badConfiguration: number;
    };
    expect(value('Restart')).toBe('on-failure');
    expect(Number(value('RestartPreventExitStatus'))).toBe(exitCodes.badConfiguration);
    expect(value('StartLimitIntervalSec')).toBe('0');
    expect(settingsSchema.shape.stopExitCode.parse(undefined)).toBe(0);
  });

  it('is taken by systemd', (ctx) => {
    if (noSystemd !== undefined) ctx.skip(noSystemd);
    // Where it is not installed its program is not there: another stands in.
    const folder = tempFolder();
    write(folder, 'lockstep.service', TEXT.replace(value('ExecStart'), process.execPath));
    const { stderr, status } = spawnSync(ANALYZE, ['verify', join(folder, 'lockstep.service')], {
      encoding: 'utf8',
    });
    expect(stderr.split('\n').filter((line) => line.includes('lockstep.service'))).toEqual([]);
    expect(status).toBe(0);
  });
});
