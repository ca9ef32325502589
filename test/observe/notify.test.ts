/** Notices against local receivers in place of Telegram, Slack and PagerDuty. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Notice } from '../../src/observe/notify/notice.ts';
import { type NoticeSettings, openNotices } from '../../src/observe/notify/notices.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { type HttpReceiver, startReceiver } from './support/http-receiver.ts';
import { notedLog } from './support/noted-log.ts';
import { SLACK_MS, timed } from './support/timed.ts';
import { until } from './support/until.ts';

const TOKEN = '123456:very-secret';
const INTERVAL_MS = 150;

function setUp(settings: Partial<NoticeSettings>, folder = newFolder()) {
  const { log, lines } = notedLog();
  const notices = openNotices(
    {
      deviceName: 'host-1',
      noticeIntervalMs: INTERVAL_MS,
      telegramUrl: 'http://unused.invalid',
      webhookFormat: 'json',
      ...settings,
    },
    { log, seenFile: join(folder, 'seen.json') },
  );
  onTestFinished(() => notices.close(10));
  return { notices, lines };
}

function newFolder(): string {
  const folder = tempFolder();
  return folder;
}

function bot(receiver: HttpReceiver): Partial<NoticeSettings> {
  return { telegramUrl: receiver.url, telegramBotToken: TOKEN, telegramChat: '-100' };
}

function stuck(id: number): Notice {
  return { kind: 'stuck', key: `stuck/${id}`, text: `command ${id} is stuck` };
}

function bodies(receiver: HttpReceiver): readonly Record<string, unknown>[] {
  return receiver.received.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
}

describe('shapes', () => {
  test('a Telegram bot sends plain text to its chat', async () => {
    const receiver = await startReceiver();
    setUp(bot(receiver)).notices.notify(stuck(1));
    await until(() => receiver.received.length === 1);
    expect(receiver.received[0]?.url).toBe(`/bot${TOKEN}/sendMessage`);
    expect(bodies(receiver)[0]).toEqual({
      chat_id: '-100',
      text: 'lockstep on host-1: command 1 is stuck',
    });
  });

  test.each([
    [
      'json',
      {
        app: 'lockstepd',
        host: 'host-1',
        text: 'lockstep on host-1: command 1 is stuck',
        notices: [stuck(1)],
        omitted: 0,
      },
    ],
    ['slack', { text: 'lockstep on host-1: command 1 is stuck' }],
    [
      'pagerduty',
      {
        routing_key: 'key-1',
        event_action: 'trigger',
        dedup_key: 'lockstep/host-1/stuck/1',
        payload: {
          summary: 'lockstep on host-1: command 1 is stuck',
          source: 'host-1',
          component: 'lockstepd',
          severity: 'error',
          custom_details: { notices: [stuck(1)], omitted: 0 },
        },
      },
    ],
  ] as const)('the webhook posts %s', async (webhookFormat, expected) => {
    const receiver = await startReceiver();
    const webhookUrl = `${receiver.url}/hook/abc`;
    const { notices } = setUp({ webhookUrl, webhookFormat, webhookKey: 'key-1' });
    notices.notify(stuck(1));
    await until(() => receiver.received.length === 1);
    expect(receiver.received[0]?.url).toBe('/hook/abc');
    expect(bodies(receiver)[0]).toEqual(expected);
  });

  test('M4: a text of clients makes no link and calls nobody in Slack', async () => {
    const receiver = await startReceiver();
    const { notices } = setUp({ webhookUrl: receiver.url, webhookFormat: 'slack' });
    const text = 'command <!channel> <https://evil.example|console: approve> & more is stuck';
    notices.notify({ ...stuck(1), text });
    await until(() => receiver.received.length === 1);
    expect(bodies(receiver)[0]).toEqual({
      text:
        'lockstep on host-1: command &lt;!channel&gt; ' +
        '&lt;https://evil.example|console: approve&gt; &amp; more is stuck',
    });
  });

  test.each([
    [['breaker_closed'], 'info'],
    [['breaker_closed', 'restart'], 'warning'],
    [['breaker_closed', 'breaker_open'], 'error'],
  ] as const)('to PagerDuty %j is of severity %s', async (kinds, severity) => {
    const receiver = await startReceiver();
    const webhookUrl = receiver.url;
    const { notices } = setUp({ webhookUrl, webhookFormat: 'pagerduty', webhookKey: 'key-1' });
    for (const kind of kinds) notices.notify({ kind, key: kind, text: kind });
    await until(() => receiver.received.length === 1);
    expect(bodies(receiver)[0]).toMatchObject({ payload: { severity } });
  });

  test('both ways at once, and one in trouble does not hold up the other', async () => {
    const [telegram, hook] = [await startReceiver('hang'), await startReceiver()];
    setUp({ ...bot(telegram), webhookUrl: hook.url }).notices.notify(stuck(1));
    await until(() => telegram.received.length === 1 && hook.received.length === 1);
  });
});

describe('people are not flooded', () => {
  test('notices within the interval are one message, and the same matter is reported once', async () => {
    const receiver = await startReceiver();
    const { notices } = setUp(bot(receiver));
    notices.notify(stuck(1));
    await until(() => receiver.received.length === 1);
    for (const id of [1, 2, 3, 2, 1]) notices.notify(stuck(id));
    await until(() => receiver.received.length === 2);
    expect(bodies(receiver)[1]?.['text']).toBe(
      'lockstep on host-1: command 2 is stuck\ncommand 3 is stuck',
    );
    const [first, second] = receiver.received;
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(INTERVAL_MS - 5);
  });

  test('a daemon that restarts over and over reports it once', async () => {
    const receiver = await startReceiver();
    const folder = newFolder();
    const restart: Notice = { kind: 'restart', key: 'restart', text: 'restarted' };
    for (let life = 0; life < 3; life++) {
      const { notices } = setUp(bot(receiver), folder);
      notices.notify(restart);
      await notices.close(1000);
    }
    expect(receiver.received).toHaveLength(1);
  });

  test('P10: a report that a life could not deliver is sent by the next', async () => {
    const receiver = await startReceiver({ status: 500 });
    const folder = newFolder();
    const { notices } = setUp(bot(receiver), folder);
    notices.notify(stuck(1));
    await until(() => receiver.received.length === 1);
    receiver.behave('ok');
    setUp(bot(receiver), folder).notices.notify(stuck(1));
    await until(() => receiver.received.length === 2);
    expect(bodies(receiver)[1]?.['text']).toBe('lockstep on host-1: command 1 is stuck');
  });

  test('P9: the queue has a bound, and says how many it left out', async () => {
    const receiver = await startReceiver();
    const { notices } = setUp(bot(receiver));
    for (let id = 0; id < 50; id++) notices.notify(stuck(id));
    await until(() => receiver.received.length === 1);
    expect(String(bodies(receiver)[0]?.['text']).split('\n')).toHaveLength(21);
    expect(String(bodies(receiver)[0]?.['text'])).toMatch(/and 30 more$/);
  });
});

describe('services in trouble', () => {
  test.each([
    ['in a header', { status: 429, headers: { 'retry-after': '1' } }],
    ['as Telegram does', { status: 429, body: '{"ok":false,"parameters":{"retry_after":1}}' }],
  ] as const)('429 with Retry-After %s: not before, and then in full', async (_, behaviour) => {
    const receiver = await startReceiver(behaviour);
    const { notices } = setUp(bot(receiver));
    notices.notify(stuck(1));
    await until(() => receiver.received.length === 1);
    receiver.behave('ok');
    await until(() => receiver.received.length === 2);
    const [first, second] = receiver.received;
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(990);
    expect(bodies(receiver)[1]).toEqual(bodies(receiver)[0]);
  });

  test('a stop does not break a pause that was asked for, nor wait for it', async () => {
    const receiver = await startReceiver({ status: 429, headers: { 'retry-after': '60' } });
    const { notices, lines } = setUp(bot(receiver));
    notices.notify(stuck(1));
    await until(() => lines.length === 1);
    expect(await timed(() => notices.close(1000))).toBeLessThan(SLACK_MS);
    expect(receiver.received).toHaveLength(1);
    expect(lines.at(-1)).toMatchObject({
      message: 'telegram: notices are lost',
      fields: { count: 1 },
    });
  });

  test.each(['reset', { status: 500 }, { status: 503 }] as const)(
    '%j: it is tried again, and arrives once the service is back',
    async (behaviour) => {
      const receiver = await startReceiver(behaviour);
      const { notices, lines } = setUp(bot(receiver));
      notices.notify(stuck(1));
      await until(() => receiver.received.length === 2);
      receiver.behave('ok');
      await until(() => receiver.received.length === 3);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatchObject({ message: 'telegram: sending a notice failed; retrying' });
      expect(JSON.stringify(lines)).not.toContain(TOKEN);
    },
  );

  test.each([{ status: 400 }, { status: 401 }, { status: 307, headers: { location: '/' } }])(
    '%j: it is given up at once, and that is logged',
    async (behaviour) => {
      const receiver = await startReceiver(behaviour);
      const { notices, lines } = setUp(bot(receiver));
      notices.notify(stuck(1));
      await until(() => lines.length === 1);
      expect(lines[0]).toMatchObject({
        message: 'telegram: notices were dropped after failed attempts',
        fields: { count: 1, reason: `HTTP ${behaviour.status}` },
      });
      expect(receiver.received).toHaveLength(1);
    },
  );

  test.each(['hang', 'hang-in-body', 'reset', { status: 500 }] as const)(
    'P9: %j: nothing waits for it, a stop no longer than its bound',
    async (behaviour) => {
      const receiver = await startReceiver(behaviour);
      const { notices } = setUp(bot(receiver));
      expect(await timed(() => notices.notify(stuck(1)))).toBeLessThan(SLACK_MS);
      await until(() => receiver.received.length === 1);
      notices.notify(stuck(2));
      expect(await timed(() => notices.close(300))).toBeLessThan(300 + SLACK_MS);
    },
  );

  test('a stop sends what has gathered, within the interval too', async () => {
    const receiver = await startReceiver();
    const { notices } = setUp({ ...bot(receiver), noticeIntervalMs: 60_000 });
    notices.notify(stuck(1));
    await until(() => receiver.received.length === 1);
    notices.notify({ kind: 'thread_lost', key: 'lost/x', text: 'stopping: x crashed' });
    await notices.close(1000);
    expect(bodies(receiver)[1]?.['text']).toBe('lockstep on host-1: stopping: x crashed');
  });
});

describe('the clock', () => {
  const HOUR_MS = 60 * 60 * 1000;

  test('that is set while the daemon runs neither repeats a notice nor holds one back', async () => {
    const receiver = await startReceiver();
    const { notices } = setUp({ webhookUrl: receiver.url });
    notices.notify(stuck(1));
    const now = vi.spyOn(Date, 'now');
    onTestFinished(() => now.mockRestore());
    for (const jumpMs of [-1000 * HOUR_MS, 2 * HOUR_MS]) {
      now.mockReturnValue(performance.timeOrigin + jumpMs);
      notices.notify(stuck(1));
      notices.notify(stuck(2 + jumpMs));
    }
    await until(() => receiver.received.length > 0);
    const [message] = bodies(receiver) as [{ notices: readonly Notice[] }];
    expect(message.notices.map(({ key }) => key)).toEqual([
      'stuck/1',
      stuck(2 - 1000 * HOUR_MS).key,
      stuck(2 + 2 * HOUR_MS).key,
    ]);
  });

  test('of the life before was a year ahead: its reports are repeated', async () => {
    const receiver = await startReceiver();
    const folder = newFolder();
    const seenAt = performance.timeOrigin + 365 * 24 * HOUR_MS;
    writeFileSync(join(folder, 'seen.json'), JSON.stringify([['stuck/1', seenAt]]));
    setUp({ webhookUrl: receiver.url }, folder).notices.notify(stuck(1));
    await until(() => receiver.received.length === 1);
  });
});
