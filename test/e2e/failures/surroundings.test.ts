/**
 * The failures around the daemon, which it survives: rows of the table in
 * docs/operate/troubleshoot.md.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { rsyslogMissing, startRsyslog } from '../../observe/support/rsyslog.ts';
import { startCluster, statusOf } from '../../support/cluster.ts';
import { startNode } from '../../support/nodesim.ts';
import { smallDisk } from '../../support/small-disk.ts';
import { failure } from './failure.ts';

const MIB = 1024 * 1024;

async function look(url: string) {
  const answer = await fetch(url);
  return { status: answer.status, text: await answer.text() };
}

describe('failures', () => {
  failure(
    'node down',
    'P1: commands wait for it as long as their deadline, and nothing is half done',
    async (course) => {
      const node = await startNode('node02');
      onTestFinished(() => node[Symbol.asyncDispose]());
      const { sim, daemon, client } = await startCluster({
        executors: 1,
        nodesim: { nodes: ['node01', 'node03'] },
        nodes: (others) => `${others.nodes},${node.nodes}`,
      });
      await node.kill9();
      course.begins();
      await client.create('waits', { id: 'waits', wait: 'accepted' });
      await client.create('late', { id: 'late', wait: 'accepted', deadlineMs: 500 });
      await course.seen(async () => {
        const { text } = await look(`${daemon.opsUrl}/metrics`);
        return `${JSON.stringify(await client.summary())}\n${text}`;
      });
      await statusOf(client, 'late', { state: 'rolled_back', reason: 'deadline' });
      await node.restart();
      course.ceases();
      await course.well(async () => {
        const answer = await client.status('waits');
        return 'state' in answer && answer.state === 'committed' ? [] : [JSON.stringify(answer)];
      });
      expect([await sim.list('node01'), await node.list('node02')]).toEqual([['waits'], ['waits']]);
    },
  );

  failure(
    'disk full',
    'new commands are refused before the journal fails, and taken in again by itself',
    async (course, ctx) => {
      const dataDir = join(smallDisk(ctx, 64), 'data');
      mkdirSync(dataDir);
      const env = { LOCKSTEP_DISK_FREE_MIN_BYTES: `${16 * MIB}` };
      const { daemon, client } = await startCluster({ executors: 2, dataDir, env });
      const filling = join(dataDir, 'filling');
      writeFileSync(filling, Buffer.alloc(50 * MIB));
      course.begins();
      await course.seen(async () => {
        const answer = await client.create('1', { id: randomUUID(), wait: 'accepted' });
        const { text } = await look(`${daemon.opsUrl}/readyz`);
        return [daemon.output, JSON.stringify(answer), text].join('\n');
      });
      expect(await client.create('2')).toMatchObject({
        error: {
          code: 'unavailable',
          hint: expect.stringContaining('Make room'),
          retryAfterMs: 5000,
        },
      });
      expect((await look(`${daemon.opsUrl}/readyz`)).status).toBe(503);
      expect((await look(`${daemon.opsUrl}/healthz`)).status).toBe(200);
      expect((await look(`${daemon.opsUrl}/metrics`)).text).toContain(
        'lockstep_accepting{reason="disk"} 0',
      );
      rmSync(filling);
      course.ceases();
      await course.well(async () => {
        const answer = await client.create('3', { id: 'y' });
        const { status, text } = await look(`${daemon.opsUrl}/readyz`);
        return 'state' in answer && status === 200 ? [] : [JSON.stringify(answer), text];
      });
      expect(daemon.output.match(/the disk is nearly full/g)).toHaveLength(1);
      expect(daemon.output.match(/the disk has free space again/g)).toHaveLength(1);
      expect(await daemon.stop()).toBe(0);
    },
  );

  failure(
    'syslog down',
    'P10: its lines wait for it, and nobody waits for them',
    async (course, ctx) => {
      const missing = rsyslogMissing();
      if (missing !== undefined) return ctx.skip(missing);
      await using server = await startRsyslog();
      const { daemon, client } = await startCluster({
        executors: 1,
        env: {
          LOCKSTEP_SYSLOG_ADDRESS: `tcp://127.0.0.1:${server.tcpPort}`,
          LOCKSTEP_LOG_LEVEL: 'debug',
        },
      });
      await client.create('before', { id: 'before' });
      await server.stop();
      course.begins();
      // Lines that are sent before the daemon notices the end of syslog are lost with it.
      await client.create('farewell', { id: 'farewell' });
      await course.seen(() => daemon.output);
      for (const id of ['one', 'two', 'three']) {
        expect(await client.create(id, { id })).toMatchObject({ state: 'committed' });
      }
      await server.start();
      course.ceases();
      await course.well(async () => {
        const sent = server.received().map(({ msg }) => msg);
        return ['one', 'two', 'three'].filter(
          (id) => !sent.some((msg) => msg.includes(`id=${id} `)),
        );
      });
      // Each thread logs it once: `2026-… lockstepd main warn syslog …`.
      const threads = [...daemon.output.matchAll(/^\S+ lockstepd (\S+) warn .*accepts no lines/gm)];
      expect(new Set(threads.map(([, thread]) => thread)).size).toBe(threads.length);
    },
  );
});
