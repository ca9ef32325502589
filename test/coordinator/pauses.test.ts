import { describe, expect, test } from 'vitest';
import { JournalError } from '../../src/journal/errors.ts';
import { openHarness } from './support/harness.ts';
import { settled, turned } from './support/reports.ts';

describe('pause', () => {
  test('P3: a paused lane is taken in and journaled, and nothing of it is handed out', async () => {
    const harness = await openHarness();
    const pause = harness.ask({ op: 'pause', lane: 'bulk', by: 'ann@bastion' });
    await harness.rest();
    expect(pause.answer).toEqual({
      lanes: {
        interactive: { waiting: 0, running: 0 },
        bulk: {
          waiting: 0,
          running: 0,
          paused: {
            since: new Date(harness.clock.now()).toISOString(),
            by: 'ann@bastion (unverified)',
          },
        },
      },
    });
    const accepted = harness.ask({
      op: 'create',
      id: 'b',
      groupId: '5',
      lane: 'bulk',
      wait: 'accepted',
    });
    const other = harness.ask({ op: 'create', id: 'i', groupId: '6', wait: 'accepted' });
    await harness.rest();
    expect(accepted.answer).toMatchObject({ id: 'b', state: 'accepted' });
    expect(other.answer).toMatchObject({ id: 'i', state: 'applying' });
    expect(await harness.journal.find('b')).toMatchObject({ state: 'accepted' });
    expect(harness.driven).toEqual(['i']);
  });

  test('resume hands out what has waited, in its order', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'pause' });
    await harness.rest();
    for (const id of ['a', 'b']) harness.ask({ op: 'create', id, groupId: id, lane: 'bulk' });
    harness.ask({ op: 'delete', id: 'c', groupId: 'c' });
    await harness.rest();
    expect(harness.driven).toEqual([]);
    const resume = harness.ask({ op: 'resume', lane: 'bulk' });
    await harness.rest();
    expect(resume.answer).toMatchObject({ lanes: { interactive: { paused: {} } } });
    expect(harness.driven).toEqual(['a', 'b']);
    harness.ask({ op: 'resume' });
    await harness.rest();
    expect(harness.driven).toEqual(['a', 'b', 'c']);
  });

  test('commands with an executor continue, rollbacks too', async () => {
    const harness = await openHarness({ concurrency: 1 });
    const command = harness.ask({ op: 'create', id: 'a', groupId: 'a' });
    harness.ask({ op: 'create', id: 'b', groupId: 'b' });
    await harness.rest();
    harness.ask({ op: 'pause' });
    await harness.rest();
    harness.report(turned(harness, 'a'));
    await harness.rest();
    harness.report(settled(harness, 'a', { state: 'rolled_back', reason: 'deadline' }));
    await harness.rest();
    expect(command.answer).toMatchObject({ state: 'rolled_back' });
    expect(harness.driven).toEqual(['a']);
  });

  test('deadlines count on: a command that waits past its own is refused', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'pause', lane: 'interactive' });
    await harness.rest();
    const asked = harness.ask({ op: 'create', groupId: '5', deadlineMs: 1000 });
    await harness.advance(1500);
    expect(asked.answer).toMatchObject({ state: 'refused', reason: 'deadline' });
    expect(harness.driven).toEqual([]);
  });

  test('P5: a command that had begun continues after a restart, before earlier ones that had not', async () => {
    const before = await openHarness();
    before.ask({ op: 'delete', id: 'surveys', groupId: '1' });
    before.ask({ op: 'create', id: 'begun', groupId: '2' });
    await before.rest();
    expect(before.driven).toEqual(['surveys', 'begun']);
    before.ask({ op: 'pause' });
    await before.rest();
    const harness = await openHarness({ clock: before.clock, from: before.crash() });
    await harness.rest();
    expect(harness.driven).toEqual(['begun']);
    harness.ask({ op: 'resume' });
    await harness.rest();
    expect(harness.driven).toEqual(['begun', 'surveys']);
  });

  test('outlives a restart; commands that had begun continue', async () => {
    const before = await openHarness({ concurrency: 1 });
    for (const id of ['a', 'b']) before.ask({ op: 'create', id, groupId: id });
    before.ask({ op: 'delete', id: 'c', groupId: 'c' });
    await before.rest();
    before.ask({ op: 'pause', lane: 'interactive', by: 'ann@bastion' });
    await before.rest();
    const harness = await openHarness({ clock: before.clock, from: before.crash() });
    const status = harness.ask({ op: 'status' });
    await harness.advance(3000);
    expect(status.answer).toMatchObject({
      lanes: { interactive: { paused: { by: 'ann@bastion (unverified)' } } },
    });
    expect(harness.driven).toEqual(['a', 'b']);
    expect(harness.notes).toEqual([['a lane is still paused', { lane: 'interactive' }]]);
    harness.ask({ op: 'resume' });
    await harness.rest();
    expect(harness.driven).toEqual(['a', 'b', 'c']);
    const after = await openHarness({ clock: harness.clock, from: harness.crash() });
    expect(after.coordinator.pauses.has('interactive')).toBe(false);
  });

  test('is reported to listeners once for each change, to the log with each act', async () => {
    const harness = await openHarness();
    for (const op of ['pause', 'pause', 'resume', 'resume'] as const) {
      harness.ask({ op, lane: 'bulk', by: 'ann' });
    }
    await harness.rest();
    expect(harness.events.filter(([topic]) => topic.startsWith('lane'))).toEqual([
      ['lane.bulk', { lane: 'bulk', paused: true, by: 'ann (unverified)' }],
      ['lane.bulk', { lane: 'bulk', paused: false, by: 'ann (unverified)' }],
    ]);
    const note = { on: 'bulk', by: 'ann (unverified)', door: 'zeromq', outcome: 'done' };
    expect(harness.notes).toEqual([
      ['operator: pause', { act: 1, ...note }],
      ['operator: pause', { act: 2, ...note }],
      ['operator: resume', { act: 3, ...note }],
      ['operator: resume', { act: 4, ...note }],
    ]);
  });

  test('P3: does not hold if the journal does not keep it', async () => {
    const harness = await openHarness();
    harness.journal.keep = () =>
      Promise.reject(new JournalError('the disk is full', { code: 'full' }));
    const pause = harness.ask({ op: 'pause', lane: 'bulk' });
    harness.ask({ op: 'create', id: 'a', groupId: '5', lane: 'bulk' });
    await harness.rest();
    expect(pause.answer).toMatchObject({
      error: { code: 'unavailable', message: 'the disk is full' },
    });
    expect(harness.driven).toEqual(['a']);
  });

  test('P10: a journal that cannot be read is reported, and the lanes run', async () => {
    const before = await openHarness();
    before.ask({ op: 'pause' });
    await before.rest();
    const harness = await openHarness({
      clock: before.clock,
      from: before.crash(),
      prepare: ({ journal }) => {
        journal.keptRefusal = new JournalError('away', { code: 'busy' });
      },
    });
    expect(harness.troubles).toContain(
      'cannot read the paused lanes from the journal: none is paused: busy',
    );
    expect(harness.coordinator.pauses.has('bulk')).toBe(false);
  });

  test('a corrupt stored pause leaves the lane paused, and is reported', async () => {
    const before = await openHarness();
    await before.journal.keep('pause/bulk', 'nonsense');
    await before.journal.keep('pause/interactive', '{"since":1}');
    const harness = await openHarness({ clock: before.clock, from: before.crash() });
    expect(harness.coordinator.pauses.has('bulk')).toBe(true);
    expect(harness.troubles).toEqual([
      'the stored value of the paused lane bulk is corrupt: it stays paused: corrupt',
      'the stored value of the paused lane interactive is corrupt: it stays paused: corrupt',
    ]);
  });
});
