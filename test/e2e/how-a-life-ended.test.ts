/**
 * The journal records how a run ended: after an end in order the kernel sends nothing more for it.
 */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openJournal } from '../../src/journal/open.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { crash, evaluateIn, INSPECTED } from '../support/inspector.ts';

/** While no daemon holds the journal. */
async function wordOf({ daemon }: Cluster): Promise<string | undefined> {
  const journal = await openJournal(`sqlite:${join(daemon.dataDir, 'journal.db')}`);
  try {
    return (await journal.kept()).get('life');
  } finally {
    await journal.close();
  }
}

async function startWithWork(): Promise<Cluster> {
  const cluster = await startCluster({ executors: 2, env: INSPECTED });
  expect(await cluster.client.create('k')).toMatchObject({ state: 'committed' });
  return cluster;
}

describe('P4.5: an end', () => {
  test('by a signal is one in order', async () => {
    const cluster = await startWithWork();
    await cluster.daemon.stop();
    expect(await wordOf(cluster)).toBe('ended');
  });

  test('by the crash of an executor is one in order, for its connections are closed first', async () => {
    const cluster = await startWithWork();
    await evaluateIn(cluster.daemon, 'executor-1', crash());
    await cluster.daemon.ended();
    expect(await wordOf(cluster)).toBe('ended');
  });

  test('by kill -9 is none, nor is a start after it', async () => {
    const cluster = await startWithWork();
    await cluster.daemon.kill9();
    expect(await wordOf(cluster)).toBe('running');
    await cluster.daemon.restart();
    await cluster.daemon.kill9();
    expect(await wordOf(cluster)).toBe('running');
  });
});
