/** A daemon whose metrics go to statsd: to a real UDP socket, and to a server that does not exist. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../support/client-pair.ts';
import { startCluster } from '../support/cluster.ts';

test('the counts of commands and calls reach a statsd server', async () => {
  const server = createSocket('udp4').bind(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const lines: string[] = [];
  server.on('message', (datagram) => lines.push(...String(datagram).split('\n')));
  const env = {
    LOCKSTEP_STATSD: `127.0.0.1:${server.address().port}`,
    LOCKSTEP_STATSD_FORMAT: 'datadog',
    LOCKSTEP_STATSD_PREFIX: 'test.lockstep',
    LOCKSTEP_STATSD_TAGS: 'env:prod',
    LOCKSTEP_STATSD_INTERVAL_MS: '200',
  };
  const { client, daemon } = await startCluster({ env });
  await Promise.all(Array.from({ length: 10 }, (_, key) => client.create(`${key}`)));
  const name = 'test.lockstep.command_duration_seconds.count:';
  const committed = () =>
    lines
      .filter((line) => line.startsWith(name) && line.includes('outcome:committed'))
      .reduce((sum, line) => sum + Number(line.slice(name.length).split('|')[0]), 0);
  await eventually(committed).toBe(10);
  expect(lines.some((line) => /^test\.lockstep\.accepting:1\|g\|#env:prod$/.test(line))).toBe(true);
  expect(daemon.output).toContain('metrics go to statsd');
});

test('a statsd server without an address costs neither commands nor health', async () => {
  const env = { LOCKSTEP_STATSD: 'no-such.invalid:8125', LOCKSTEP_STATSD_INTERVAL_MS: '100' };
  const { client, daemon } = await startCluster({ env });
  await eventually(() => daemon.output).toContain('metrics could not be sent to statsd');
  expect(await client.create('5')).toMatchObject({ state: 'committed' });
  expect((await fetch(`${daemon.opsUrl}/healthz`)).status).toBe(200);
  expect(daemon.output.match(/could not be sent to statsd/g)).toHaveLength(1);
  expect(await daemon.stop()).toBe(0);
});
