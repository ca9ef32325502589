/** The log with servers that hang, reset, refuse or do not exist: nothing waits for them. */
import { describe, expect, test } from 'vitest';
import type { SyslogTarget } from '../../src/observe/log/log-plan.ts';
import { openSyslog, type Syslog } from '../../src/observe/syslog/open.ts';
import { SyslogSender } from '../../src/observe/syslog/sender.ts';
import { streamChannel } from '../../src/observe/syslog/stream-channel.ts';
import { certificate, trust } from '../support/certificate.ts';
import { freePorts } from '../support/free-ports.ts';
import { startPeer } from './support/tcp-peer.ts';
import { SLACK_MS, timed } from './support/timed.ts';
import { until } from './support/until.ts';

const CLOSE_MS = 300;

function syslogTo(target: Exclude<SyslogTarget, { kind: 'none' }>) {
  const complaints: string[] = [];
  const syslog = openSyslog({
    target,
    origin: { app: 'lockstepd', thread: 'main' },
    format: 'text',
    complain: (message) => complaints.push(message),
    clean: (text) => text,
  });
  return { syslog, complaints };
}

function say(syslog: Syslog, message: string): void {
  syslog.send({ time: new Date(), level: 'info', message, fields: {} });
}

describe('P9: a syslog server in trouble delays nothing', () => {
  test.each(['never', 'reset'] as const)(
    'one that %s reads: writing takes no time, closing no more than its bound',
    async (reads) => {
      const { port } = await startPeer({ reads });
      const { syslog } = syslogTo({ kind: 'tcp', host: '127.0.0.1', port });
      const text = 'x'.repeat(7000);
      const writingMs = await timed(() => {
        for (let count = 0; count < 2000; count++) say(syslog, text);
      });
      expect(writingMs).toBeLessThan(10_000);
      expect(await timed(() => syslog.close(CLOSE_MS))).toBeLessThan(CLOSE_MS + SLACK_MS);
    },
  );

  test('one that has taken nothing for as long as a stop would wait is not waited for', async () => {
    const { port } = await startPeer({ reads: 'never' });
    // It never answers the TLS handshake either.
    const { syslog, complaints } = syslogTo({ kind: 'tls', host: '127.0.0.1', port });
    const begun = performance.now();
    say(syslog, 'hello');
    await until(() => performance.now() - begun > CLOSE_MS);
    expect(await timed(() => syslog.close(CLOSE_MS))).toBeLessThan(CLOSE_MS / 2);
    expect(complaints.at(-1)).toMatch(/lost 1 lines/);
  });

  test.each(['tcp', 'udp', 'unix'] as const)(
    'one that is not there (%s): it is said once, and closing does not wait',
    async (kind) => {
      const [port = 0] = await freePorts(1);
      const target =
        kind === 'unix'
          ? { kind, path: '/nowhere/at/all/log' }
          : ({ kind, host: '127.0.0.1', port } as const);
      const { syslog, complaints } = syslogTo(target);
      await until(() => {
        say(syslog, 'hello');
        return complaints.length > 0;
      });
      say(syslog, 'another');
      expect(complaints).toHaveLength(1);
      expect(complaints[0]).toContain('accepts no lines');
      expect(await timed(() => syslog.close(30_000))).toBeLessThan(SLACK_MS);
      expect(complaints[1]).toMatch(/lost \d+ lines/);
    },
  );

  test('a host that no name server knows is an outage like any other', async () => {
    const { syslog, complaints } = syslogTo({ kind: 'udp', host: 'no.such.invalid', port: 514 });
    say(syslog, 'hello');
    await until(() => complaints.length > 0);
    await syslog.close(CLOSE_MS);
  });
});

describe('P10: lines beyond the queue are counted and reported', () => {
  test('with one frame, ahead of the lines that come after', async () => {
    const [port = 0] = await freePorts(1);
    const dropped: number[] = [];
    let outages = 0;
    const courier = new SyslogSender({
      open: streamChannel({ kind: 'tcp', host: '127.0.0.1', port }),
      droppedFrame: (count) => Buffer.from(`missing ${count}`),
      onOutage: () => outages++,
      onDropped: (count) => dropped.push(count),
      queueFramesMax: 10,
    });
    for (let number = 0; number < 25; number++) courier.send(Buffer.from(`line ${number}`));
    await until(() => outages > 0);
    const peer = await startPeer({ port });
    await until(() => peer.frames().length === 11);
    courier.send(Buffer.from('later'));
    await until(() => peer.frames().length === 12);
    await courier.close(CLOSE_MS);
    expect(peer.frames()).toEqual([
      'missing 15',
      ...Array.from({ length: 10 }, (_, number) => `line ${number}`),
      'later',
    ]);
    expect(dropped).toEqual([15]);
  });
});

describe('tls', () => {
  test('lines reach a server whose certificate is trusted, and none reaches another', async (ctx) => {
    const pair = certificate();
    if (pair === undefined) return ctx.skip('openssl is not installed');
    const peer = await startPeer({ tls: pair });
    const target = { kind: 'tls', host: 'localhost', port: peer.port } as const;
    const first = syslogTo(target);
    say(first.syslog, 'in vain');
    await until(() => first.complaints.length > 0);
    expect(first.complaints[0]).toMatch(/SELF_SIGNED|UNABLE_TO_VERIFY/);
    await first.syslog.close(CLOSE_MS);
    expect(peer.frames()).toEqual([]);

    trust(pair);
    const { syslog } = syslogTo(target);
    say(syslog, 'hello ✓');
    await syslog.close(1000);
    await until(() => peer.frames().length === 1);
    expect(peer.frames()[0]).toMatch(
      /^<30>1 \d{4}-\d\d-\d\dT[\d:.]+Z \S+ lockstepd \d+ main - main info hello ✓$/,
    );
  });
});
