/** `lockstep doctor` about a statsd server, tried with real UDP sockets. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { checkStatsd } from '../../src/cli/doctor/statsd.ts';
import { settingsOf } from '../config/load-in.ts';
import { freePorts } from '../support/free-ports.ts';

const found = (LOCKSTEP_STATSD: string, sendTest: boolean) =>
  checkStatsd(settingsOf({ env: { LOCKSTEP_STATSD } }), { sendTest });

test('sends one line, and only with --send-test', async () => {
  const server = createSocket('udp4').bind(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = `127.0.0.1:${server.address().port}`;
  const lines: string[] = [];
  server.on('message', (line) => lines.push(String(line)));
  expect(await found(address, false)).toEqual({
    check: 'statsd',
    level: 'ok',
    message: `on; --send-test tries it (${address}, statsd)`,
  });
  expect(await found(address, true)).toMatchObject({ level: 'ok' });
  expect(lines).toEqual(['lockstep.doctor:1|c']);
});

test('finds a port at which nobody listens', async () => {
  const [port] = await freePorts(1);
  expect(await found(`127.0.0.1:${port}`, true)).toMatchObject({
    check: 'statsd',
    level: 'fail',
    message: `127.0.0.1:${port} cannot be reached: ECONNREFUSED`,
  });
});

test('finds a name that cannot be looked up, without a test', async () => {
  expect(await found('no-such.invalid:8125', false)).toMatchObject({
    level: 'fail',
    message: expect.stringMatching(/^no-such\.invalid:8125 cannot be reached: E\w+$/),
  });
});
