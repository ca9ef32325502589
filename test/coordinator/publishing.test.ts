import { expect, test } from 'vitest';
import {
  type EventOutlet,
  type EventOutlets,
  publishing,
} from '../../src/coordinator/notify/publishing.ts';
import { StuckNews } from '../../src/coordinator/notify/stuck-news.ts';
import { notedLog } from '../observe/support/noted-log.ts';
import { HandClock } from './support/hand-clock.ts';

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
