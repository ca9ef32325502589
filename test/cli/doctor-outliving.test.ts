import { describe, expect, test } from 'vitest';
import { checkOutliving } from '../../src/cli/doctor/outliving.ts';
import { settingsOf } from '../config/load-in.ts';

describe('a kernel that sends for long after kill -9', () => {
  const far = () => settingsOf({ env: { LOCKSTEP_NODES: 'node01=http://10.0.0.1:7401/v1' } });

  test('is a warning that says what to set', () => {
    expect(checkOutliving(far(), 103_200)).toEqual([
      {
        check: 'kill -9',
        level: 'warn',
        message: expect.stringContaining('1 min 43 s'),
        hint: expect.stringContaining('net.ipv4.tcp_orphan_retries=2'),
      },
    ]);
  });

  test('is none up to 10 s, nor where all nodes are on this machine', () => {
    expect(checkOutliving(far(), 10_000)).toMatchObject([{ level: 'ok' }]);
    expect(checkOutliving(settingsOf({}), 103_200)).toEqual([]);
  });
});
