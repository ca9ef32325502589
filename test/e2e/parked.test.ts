/**
 * A command that crashes the daemon each time it is driven stops the other commands for a short
 * time only.
 */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster.ts';

const POISON = join(import.meta.dirname, '../fixtures/poison.js');
/** The bug in the program, which an update fixes. */
const POISONED = { NODE_OPTIONS: `--import ${POISON}` };
const LIVES_MAX = 8;
/** Five starts and four crashes, on a busy machine. */
const TIMEOUT_MS = 300_000;

/** Restarts like a supervisor, until a command is parked; returns the number of crashed runs. */
async function startUntilParked({ daemon }: Cluster): Promise<number> {
  for (let crashed = 1; crashed < LIVES_MAX; crashed++) {
    expect(await daemon.ended()).toBe(1);
    // The end of a run that crashes before it is ready is seen in the next iteration.
    await daemon.restart(POISONED).catch(() => undefined);
    if (daemon.output.includes('a command is parked')) return crashed;
  }
  throw new Error(`nothing was parked in ${LIVES_MAX} lives\n${daemon.output}`);
}

describe('P5, P8: a command that', () => {
  test.each(['crash', 'hang'])(
    'makes an executor %s is parked, and the rest continues',
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
      // With the bug fixed, it is driven to its end.
      await daemon.restart({ NODE_OPTIONS: '' });
      expect(await client.summary()).toMatchObject({ parked: 1, open: 1 });
      await client.retry('poison');
      expect(await client.create(key, { id: 'poison' })).toMatchObject({ state: 'committed' });
    },
    TIMEOUT_MS,
  );
});
