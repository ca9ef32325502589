import { expect, test } from 'vitest';
import {
  type EventOutlet,
  type EventOutlets,
  publishing,
} from '../../src/coordinator/notify/publishing.ts';
import { StuckNews } from '../../src/coordinator/notify/stuck-news.ts';
import type { Log } from '../../src/observe/log/log-port.ts';
import { notedLog } from '../observe/support/noted-log.ts';
import { HandClock } from './support/hand-clock.ts';

test('P9, P10: a flood of commands that get stuck is cut in the log, and counted; each has its notice', async () => {
  const { log, lines } = notedLog();
  const clock = new HandClock();
  const { now, at } = clock;
  const notices: unknown[] = [];
  const stuck = new StuckNews(log, (notice) => void notices.push(notice));
  stuck.recovered([]);
  const quiet: Log = { ...log, wants: () => false };
  const publish = publishing([], { log: quiet, now, at, stuck, notify: () => {} });
  for (let seq = 0; seq < 1_000; seq++) {
    const answer = { op: 'create', groupId: '5', state: 'compensating', elapsedMs: 4 } as const;
    const payload = () => ({ id: `id-${seq}`, ...answer });
    publish({ kind: 'command', topic: 'command.stuck', payload });
  }
  expect(lines).toHaveLength(20);
  expect(lines[0]).toEqual({
    level: 'warn',
    message: 'a rollback is stuck',
    fields: { id: 'id-0', op: 'create' },
  });
  await clock.advance(10_000);
  expect(lines.slice(20)).toMatchObject([{ level: 'warn', fields: { count: 980 } }]);
  expect(notices).toHaveLength(1_000);
});

test('every event says when it was published, by the clock of the daemon, and counts those of its topic', async () => {
  const { log } = notedLog();
  const clock = new HandClock(Date.UTC(2026, 10, 29));
  const published: unknown[] = [];
  const publisher: EventOutlet = {
    publish: (topic, payload) => published.push([topic, payload()]),
  };
  const sent: unknown[] = [];
  const report: EventOutlets['notify'] = (notice) => void sent.push(notice);
  const { now, at } = clock;
  const stuck = new StuckNews(log, () => {});
  const publish = publishing([publisher], { log, now, at, stuck, notify: report });
  publish({ kind: 'lane', topic: 'lane.bulk', payload: () => ({ lane: 'bulk', paused: true }) });
  await clock.advance(1500);
  publish({
    kind: 'audit',
    topic: 'audit.finished',
    payload: () => ({ checked: 7, divergent: 2 }),
  });
  publish({ kind: 'lane', topic: 'lane.bulk', payload: () => ({ lane: 'bulk', paused: false }) });
  const [first, second] = ['2026-11-29T00:00:00.000Z', '2026-11-29T00:00:01.500Z'];
  expect(published).toEqual([
    ['lane.bulk', { lane: 'bulk', paused: true, at: first, number: 1 }],
    ['audit.finished', { checked: 7, divergent: 2, at: second, number: 1 }],
    ['lane.bulk', { lane: 'bulk', paused: false, at: second, number: 2 }],
  ]);
  expect(sent).toEqual([{ kind: 'diverged', keys: 2 }]);
});
