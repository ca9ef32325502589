/** Lines on their way to Debian's real rsyslog, its restart included. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenLog, openLog } from '../../src/observe/log/log.ts';
import type { SyslogTarget } from '../../src/observe/log/log-plan.ts';
import { openSyslog } from '../../src/observe/syslog/open.ts';
import { type Rsyslog, rsyslogMissing, startRsyslog } from './support/rsyslog.ts';
import { until } from './support/until.ts';

const missing = rsyslogMissing();
const WAYS = ['udp', 'tcp', 'unix'] as const;
type Way = (typeof WAYS)[number];
let server: Rsyslog | undefined;

function running(): Rsyslog {
  if (server === undefined) throw new Error('rsyslogd does not run');
  return server;
}

function targetOf(way: Way): Exclude<SyslogTarget, { kind: 'none' }> {
  const server = running();
  if (way === 'unix') return { kind: 'unix', path: server.socketPath };
  return { kind: way, host: '127.0.0.1', port: way === 'udp' ? server.udpPort : server.tcpPort };
}

function logOver(way: Way, format: 'text' | 'json' = 'text'): OpenLog {
  return openLog({
    app: 'lockstepd',
    thread: 'coordinator',
    level: 'info',
    format,
    console: 'none',
    syslog: targetOf(way),
  });
}

function linesWith(mark: string) {
  return running()
    .received()
    .filter(({ msg }) => msg.includes(mark));
}

let marks = 0;
const newMark = (): string => `mark-${process.pid}-${++marks}-`;

describe('rsyslog gets the log', () => {
  beforeAll(async () => {
    if (missing === undefined) server = await startRsyslog();
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
  });

  test.for(WAYS)(
    'each line over %s, with app, thread, level, message and fields',
    async (way, ctx) => {
      if (missing !== undefined) ctx.skip(missing);
      const mark = newMark();
      const log = logOver(way);
      log.error(`${mark}first`, { id: '42', what: 'naïve ✓', text: 'two\nlines' });
      log.warn(`${mark}second`);
      log.info(`${mark}third`);
      log.debug(`${mark}fourth`);
      log.setLevel('debug');
      log.debug(`${mark}fifth`);
      await log.close();
      await until(() => linesWith(mark).length === 4);
      const lines = linesWith(mark);
      expect(lines.map(({ severity }) => severity)).toEqual(['err', 'warning', 'info', 'debug']);
      expect(lines[0]).toMatchObject({
        app: 'lockstepd',
        procid: String(process.pid),
        facility: 'daemon',
      });
      if (way !== 'unix') expect(lines[0]?.msgid).toBe('coordinator');
      expect(lines[0]?.msg.trim()).toBe(
        `coordinator error ${mark}first id=42 what="naïve ✓" text="two\\nlines"`,
      );
    },
  );

  test.for(WAYS)('a JSON line over %s is one JSON object', async (way, ctx) => {
    if (missing !== undefined) ctx.skip(missing);
    const mark = newMark();
    const log = logOver(way, 'json');
    log.info(`${mark}json`, { id: '42' });
    await log.close();
    await until(() => linesWith(mark).length === 1);
    expect(JSON.parse(linesWith(mark)[0]?.msg ?? '')).toMatchObject({
      app: 'lockstepd',
      thread: 'coordinator',
      level: 'info',
      message: `${mark}json`,
      id: '42',
    });
  });

  test.for(WAYS)('P9: a thousand lines over %s at once arrive, in order', async (way, ctx) => {
    if (missing !== undefined) ctx.skip(missing);
    const mark = newMark();
    const log = logOver(way);
    for (let number = 0; number < 1000; number++) log.info(`${mark}${number}.`);
    await log.close();
    // UDP may lose lines: its receiver cannot slow the sender down.
    const enough = way === 'udp' ? 500 : 1000;
    await until(() => linesWith(mark).length >= enough);
    // Read once: over UDP more of them may be on their way.
    const arrived = linesWith(mark).map(({ msg }) => Number(/-(\d+)\./.exec(msg)?.[1]));
    expect(arrived).toEqual(arrived.toSorted((one, other) => one - other));
  });

  test.for(WAYS)(
    'P10: lines written over %s while it is down arrive after its restart',
    async (way, ctx) => {
      if (missing !== undefined) ctx.skip(missing);
      const mark = newMark();
      const complaints: string[] = [];
      const syslog = openSyslog({
        target: targetOf(way),
        origin: { app: 'lockstepd', thread: 'main' },
        format: 'text',
        complain: (message) => complaints.push(message),
        clean: (text) => text,
      });
      const say = (message: string) =>
        syslog.send({ time: new Date(), level: 'info', message: mark + message, fields: {} });
      say('before');
      await until(() => linesWith(`${mark}before`).length === 1);
      await running().stop();
      // Lines that are sent before its end is noticed are lost with it.
      await until(() => {
        say('farewell');
        return complaints.length > 0;
      });
      expect(complaints[0]).toMatch(/accepts no lines: \S/);
      for (let number = 0; number < 20; number++) say(`during-${number}.`);
      await running().start();
      await until(() => linesWith(`${mark}during`).length === 20);
      say('after');
      await until(() => linesWith(`${mark}after`).length === 1);
      await syslog.close(1000);
      // One outage, one report.
      expect(complaints).toEqual([complaints[0]]);
    },
  );
});
