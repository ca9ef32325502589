/** Errors of real threads on their way to a local receiver in place of Sentry. */
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import type { RecentLine } from '../../src/observe/log/recent-lines.ts';
import { openSentry, type Sentry, type SentryOptions } from '../../src/observe/sentry/sentry.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { readEnvelope, type SentryEvent } from './support/envelope.ts';
import { type HttpReceiver, startReceiver } from './support/http-receiver.ts';
import { notedLog } from './support/noted-log.ts';
import { SLACK_MS, timed } from './support/timed.ts';
import { until } from './support/until.ts';

// Each client of the package listens for the end of the process.
process.setMaxListeners(30);

const MAIN_LINE: RecentLine = {
  timeMs: 1000,
  level: 'warn',
  message: 'before it all',
  fields: { code: 'x' },
};

async function sentryTo(receiver: HttpReceiver, more: Partial<SentryOptions> = {}) {
  const folder = tempFolder();
  const { log, lines } = notedLog();
  const sentry = await openSentry({
    dsn: `http://publickey@127.0.0.1:${receiver.port}/42`,
    environment: 'test',
    release: '1.2.3',
    deviceName: 'host-1',
    ignored: [],
    seenFile: join(folder, 'seen.json'),
    secrets: ['hush-hush'],
    log,
    recent: () => [MAIN_LINE],
    ...more,
  });
  return { sentry, lines, seenFile: join(folder, 'seen.json') };
}

/** The error as main gets it from a thread that crashed. */
async function crash(message: string, name = 'TypeError', thread = 'executor-2'): Promise<Error> {
  const worker = new Worker(new URL('./support/failing-thread.ts', import.meta.url), {
    workerData: { thread, message, name },
  });
  worker.postMessage('go');
  const [error] = (await once(worker, 'error')) as [Error];
  return error;
}

function events(receiver: HttpReceiver): readonly SentryEvent[] {
  return receiver.received
    .flatMap(({ body }) => readEnvelope(body).items)
    .filter(({ type }) => type === 'event')
    .map(({ payload }) => payload);
}

describe('an unhandled error of a thread', () => {
  test('is one envelope with the error, its cause, its saga and the lines before it', async () => {
    const receiver = await startReceiver();
    const { sentry } = await sentryTo(receiver);
    const error = await crash('cannot read {"groupId":"Anna"} of 1764000000.000123 with hush-hush');
    sentry.report(error, 'executor-2');
    await sentry.flush(2000);

    expect(receiver.received).toHaveLength(1);
    expect(receiver.received[0]?.url).toMatch(/^\/api\/42\/envelope\//);
    expect(
      `${receiver.received[0]?.url} ${String(receiver.received[0]?.headers['x-sentry-auth'])}`,
    ).toContain('publickey');
    const [event] = events(receiver);
    expect(event).toMatchObject({
      environment: 'test',
      release: 'lockstep@1.2.3',
      server_name: 'host-1',
      tags: { thread: 'executor-2' },
    });
    const [cause, top] = event?.exception.values ?? [];
    expect(cause).toMatchObject({ type: 'Error', value: 'the root of it' });
    expect(top).toMatchObject({
      type: 'TypeError',
      value: 'cannot read {…} of [token] with ***',
    });
    expect(top?.stacktrace?.frames.length).toBeGreaterThan(0);
    expect(event?.contexts['saga']).toMatchObject({
      id: 'c-7',
      seq: 9,
      op: 'create',
      state: 'applying',
      node: 'node02',
    });
    expect(event?.breadcrumbs).toMatchObject([
      { category: 'main', message: 'before it all', level: 'warning', data: { code: 'x' } },
      {
        category: 'executor-2',
        message: 'attempt',
        level: 'debug',
        data: { id: 'c-7', node: 'node02', ms: 3 },
      },
    ]);
    // Nothing of the record itself is in the envelope.
    for (const secret of ['Anna', '1764000000.000123', 'hush-hush']) {
      expect(receiver.received[0]?.body).not.toContain(secret);
    }
  });

  test('one cause is one event, whatever ids it names, and after a restart too', async () => {
    const receiver = await startReceiver();
    const { sentry, seenFile } = await sentryTo(receiver);
    for (const id of [1, 2, 3]) sentry.report(await crash(`no command ${id}`), `executor-${id}`);
    await sentry.flush(2000);
    expect(events(receiver)).toHaveLength(1);
    const { sentry: next } = await sentryTo(receiver, { seenFile });
    next.report(await crash('no command 4'), 'executor-1');
    next.report(await crash('another cause'), 'executor-1');
    await next.flush(2000);
    expect(events(receiver).map(({ exception }) => exception.values.at(-1)?.value)).toEqual([
      'no command 1',
      'another cause',
    ]);
  });

  test('P10: one that did not arrive is reported by the next life', async () => {
    const receiver = await startReceiver({ status: 500 });
    const { sentry, seenFile } = await sentryTo(receiver);
    sentry.report(await crash('no command 1'), 'executor-1');
    await sentry.flush(2000);
    receiver.behave('ok');
    const { sentry: next } = await sentryTo(receiver, { seenFile });
    next.report(await crash('no command 2'), 'executor-1');
    await next.flush(2000);
    expect(events(receiver)).toHaveLength(2);
  });

  test('a dependency failure is no event', async () => {
    const receiver = await startReceiver();
    const { sentry } = await sentryTo(receiver);
    sentry.report(await crash('the disk is full', 'JournalError', 'coordinator'), 'coordinator');
    const wrapped = new Error('the turn failed', { cause: await crash('gone', 'StartError') });
    sentry.report(wrapped, 'coordinator');
    sentry.report(await crash('a fault of ours', 'IllegalWrite', 'coordinator'), 'coordinator');
    await sentry.flush(2000);
    expect(events(receiver).map(({ exception }) => exception.values.at(-1)?.type)).toEqual([
      'IllegalWrite',
    ]);
  });

  test('an error whose name is to be ignored is no event, nor is one that it caused', async () => {
    const receiver = await startReceiver();
    const { sentry } = await sentryTo(receiver, { ignored: ['RangeError'] });
    sentry.report(await crash('ignored', 'RangeError'), 'executor-1');
    const cause = await crash('ignored too', 'RangeError');
    sentry.report(new Error('a look failed', { cause }), 'executor-1');
    sentry.report(await crash('reported', 'TypeError'), 'executor-1');
    await sentry.flush(2000);
    expect(events(receiver).map(({ exception }) => exception.values.at(-1)?.type)).toEqual([
      'TypeError',
    ]);
  });

  test('a thread that is to be ignored leaves neither events nor breadcrumbs', async () => {
    const receiver = await startReceiver();
    const { sentry } = await sentryTo(receiver, { ignored: ['executor-2', 'main'] });
    sentry.report(await crash('ignored'), 'executor-2');
    sentry.report(await crash('reported'), 'executor-1');
    await sentry.flush(2000);
    expect(events(receiver)).toHaveLength(1);
    expect(events(receiver)[0]?.breadcrumbs.map(({ category }) => category)).toEqual([
      'executor-1',
    ]);
  });

  test('a thrown value that is no Error is reported as well', async () => {
    const receiver = await startReceiver();
    const { sentry } = await sentryTo(receiver);
    sentry.report('just a text', 'main');
    await sentry.flush(2000);
    expect(JSON.stringify(events(receiver))).toContain('just a text');
  });
});

describe('P9: a Sentry in trouble delays nothing', () => {
  test.each(['hang', 'reset', { status: 500 }, { status: 429 }] as const)(
    '%j: reporting takes no time, flushing no more than its bound',
    async (behaviour) => {
      const receiver = await startReceiver(behaviour);
      const { sentry } = await sentryTo(receiver);
      const error = await crash('boom');
      expect(await timed(() => sentry.report(error, 'executor-2'))).toBeLessThan(SLACK_MS);
      await until(() => receiver.received.length > 0);
      expect(await timed(() => sentry.flush(300))).toBeLessThan(300 + SLACK_MS);
    },
  );

  test('one that is not there: flushing takes no more than its bound', async () => {
    const receiver = await startReceiver();
    const { sentry } = await sentryTo(receiver, { dsn: 'http://k@127.0.0.1:9/1' });
    sentry.report(new Error('boom'), 'main');
    expect(await timed(() => sentry.flush(300))).toBeLessThan(300 + SLACK_MS);
  });

  test('with nothing to say there is nothing to wait for', async () => {
    const receiver = await startReceiver('hang');
    const { sentry }: { sentry: Sentry } = await sentryTo(receiver);
    expect(await timed(() => sentry.flush(20_000))).toBeLessThan(SLACK_MS);
  });
});
