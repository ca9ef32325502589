/** A command that crashes the daemon whenever it is taken up: it takes nothing else with it for long. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster.ts';

const POISON = join(import.meta.dirname, '../fixtures/poison.js');
/** What is wrong with the program, and is mended by an update. */
const POISONED = { NODE_OPTIONS: `--import ${POISON}` };
const LIVES_MAX = 8;
/** Five starts, four ends, on a busy machine. */
const TIMEOUT_MS = 300_000;

/** As a supervisor does, until a command is parked; returns how many lives crashed before. */
async function startUntilParked({ daemon }: Cluster): Promise<number> {
  for (let crashed = 1; crashed < LIVES_MAX; crashed++) {
    expect(await daemon.ended()).toBe(1);
    // Of a life that crashes before it is ready the next turn sees the end.
    await daemon.restart(POISONED).catch(() => undefined);
    if (daemon.output.includes('a command is parked')) return crashed;
  }
  throw new Error(`nothing was parked in ${LIVES_MAX} lives\n${daemon.output}`);
}

describe('P5, P8: a command that', () => {
  test.each(['crash', 'hang'])(
    'makes an executor %s is parked, and the rest goes on',
    async (key) => {
      const env = { ...POISONED, LOCKSTEP_HANG_AFTER_MS: '3000' };
      const cluster = await startCluster({ executors: 1, env });
      const { daemon, client } = cluster;
      await client.create(key, { id: 'poison', deadlineMs: 600_000, wait: 'accepted' });
      expect(await startUntilParked(cluster)).toBe(4);
      expect(daemon.output).toContain('a command is parked');
      expect(await client.create('other')).toMatchObject({ state: 'committed' });
      expect(await client.list({ parked: true })).toMatchObject({
        commands: [{ id: 'poison', state: 'applying', parked: true }],
      });
      // Mended: it is driven to its end.
      await daemon.restart({ NODE_OPTIONS: '' });
      expect(await client.summary()).toMatchObject({ parked: 1, open: 1 });
      await client.retry('poison');
      expect(await client.create(key, { id: 'poison' })).toMatchObject({ state: 'committed' });
    },
    TIMEOUT_MS,
  );
});
