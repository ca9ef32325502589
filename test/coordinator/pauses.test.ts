import { describe, expect, test } from 'vitest';
import { JournalError } from '../../src/journal/errors.ts';
import { openDesk } from './support/desk.ts';
import { settled, turned } from './support/reports.ts';

describe('pause', () => {
  test('P3: a paused lane is taken in and journaled, and nothing of it is handed out', async () => {
    const desk = await openDesk();
    const pause = desk.ask({ op: 'pause', lane: 'bulk', by: 'ann@bastion' });
    await desk.rest();
    expect(pause.answer).toEqual({
      lanes: {
        interactive: { waiting: 0, running: 0 },
        bulk: {
          waiting: 0,
          running: 0,
          paused: { since: new Date(desk.clock.now()).toISOString(), by: 'ann@bastion' },
        },
      },
    });
    const accepted = desk.ask({
      op: 'create',
      id: 'b',
      groupId: '5',
      lane: 'bulk',
      wait: 'accepted',
    });
    const other = desk.ask({ op: 'create', id: 'i', groupId: '6', wait: 'accepted' });
    await desk.rest();
    expect(accepted.answer).toMatchObject({ id: 'b', state: 'accepted' });
    expect(other.answer).toMatchObject({ id: 'i', state: 'applying' });
    expect(await desk.journal.find('b')).toMatchObject({ state: 'accepted' });
    expect(desk.driven).toEqual(['i']);
  });

  test('resume hands out what has waited, in its order', async () => {
    const desk = await openDesk();
    desk.ask({ op: 'pause' });
    await desk.rest();
    for (const id of ['a', 'b']) desk.ask({ op: 'create', id, groupId: id, lane: 'bulk' });
    desk.ask({ op: 'delete', id: 'c', groupId: 'c' });
    await desk.rest();
    expect(desk.driven).toEqual([]);
    const resume = desk.ask({ op: 'resume', lane: 'bulk' });
    await desk.rest();
    expect(resume.answer).toMatchObject({ lanes: { interactive: { paused: {} } } });
    expect(desk.driven).toEqual(['a', 'b']);
    desk.ask({ op: 'resume' });
    await desk.rest();
    expect(desk.driven).toEqual(['a', 'b', 'c']);
  });

  test('what is with an executor goes on, rollbacks too', async () => {
    const desk = await openDesk({ concurrency: 1 });
    const command = desk.ask({ op: 'create', id: 'a', groupId: 'a' });
    desk.ask({ op: 'create', id: 'b', groupId: 'b' });
    await desk.rest();
    desk.ask({ op: 'pause' });
    await desk.rest();
    desk.report(turned(desk, 'a'));
    await desk.rest();
    desk.report(settled(desk, 'a', { state: 'rolled_back', reason: 'deadline' }));
    await desk.rest();
    expect(command.answer).toMatchObject({ state: 'rolled_back' });
    expect(desk.driven).toEqual(['a']);
  });

  test('deadlines go on counting: what waits past its own is refused', async () => {
    const desk = await openDesk();
    desk.ask({ op: 'pause', lane: 'interactive' });
    const asked = desk.ask({ op: 'create', groupId: '5', deadlineMs: 1000 });
    await desk.advance(1500);
    expect(asked.answer).toMatchObject({ state: 'refused', reason: 'deadline' });
    expect(desk.driven).toEqual([]);
  });

  test('P5: what had begun before goes on after a restart, past what had come first and not', async () => {
    const before = await openDesk();
    before.ask({ op: 'delete', id: 'surveys', groupId: '1' });
    before.ask({ op: 'create', id: 'begun', groupId: '2' });
    await before.rest();
    expect(before.driven).toEqual(['surveys', 'begun']);
    before.ask({ op: 'pause' });
    await before.rest();
    const desk = await openDesk({ clock: before.clock, from: before.crash() });
    await desk.rest();
    expect(desk.driven).toEqual(['begun']);
    desk.ask({ op: 'resume' });
    await desk.rest();
    expect(desk.driven).toEqual(['begun', 'surveys']);
  });

  test('outlives a restart; what had begun before goes on all the same', async () => {
    const before = await openDesk({ concurrency: 1 });
    for (const id of ['a', 'b']) before.ask({ op: 'create', id, groupId: id });
    before.ask({ op: 'delete', id: 'c', groupId: 'c' });
    await before.rest();
    before.ask({ op: 'pause', lane: 'interactive', by: 'ann@bastion' });
    await before.rest();
    const desk = await openDesk({ clock: before.clock, from: before.crash() });
    const status = desk.ask({ op: 'status' });
    await desk.advance(3000);
    expect(status.answer).toMatchObject({
      lanes: { interactive: { paused: { by: 'ann@bastion' } } },
    });
    expect(desk.driven).toEqual(['a', 'b']);
    expect(desk.notes).toEqual([['a lane is still paused', { lane: 'interactive' }]]);
    desk.ask({ op: 'resume' });
    await desk.rest();
    expect(desk.driven).toEqual(['a', 'b', 'c']);
    const after = await openDesk({ clock: desk.clock, from: desk.crash() });
    expect(after.coordinator.pauses.has('interactive')).toBe(false);
  });

  test('is told to listeners and to the log, once for each change', async () => {
    const desk = await openDesk();
    for (const op of ['pause', 'pause', 'resume', 'resume'] as const) {
      desk.ask({ op, lane: 'bulk', by: 'ann' });
    }
    await desk.rest();
    expect(desk.events).toEqual([
      ['lane.bulk', { lane: 'bulk', paused: true, by: 'ann' }],
      ['lane.bulk', { lane: 'bulk', paused: false, by: 'ann' }],
    ]);
    expect(desk.notes).toEqual([
      ['operator: pause', { lane: 'bulk', by: 'ann' }],
      ['operator: resume', { lane: 'bulk', by: 'ann' }],
    ]);
  });

  test('P3: does not hold if the journal does not keep it', async () => {
    const desk = await openDesk();
    desk.journal.keep = () =>
      Promise.reject(new JournalError('the disk is full', { code: 'full' }));
    const pause = desk.ask({ op: 'pause', lane: 'bulk' });
    desk.ask({ op: 'create', id: 'a', groupId: '5', lane: 'bulk' });
    await desk.rest();
    expect(pause.answer).toMatchObject({
      error: { code: 'unavailable', message: 'the disk is full' },
    });
    expect(desk.driven).toEqual(['a']);
  });

  test('P10: a journal that does not tell is told of, and the lanes go on', async () => {
    const before = await openDesk();
    before.ask({ op: 'pause' });
    await before.rest();
    const desk = await openDesk({
      clock: before.clock,
      from: before.crash(),
      prepare: ({ journal }) => {
        journal.keptRefusal = new JournalError('away', { code: 'busy' });
      },
    });
    expect(desk.troubles).toContain(
      'cannot read the paused lanes from the journal: all lanes run: busy',
    );
    expect(desk.coordinator.pauses.has('bulk')).toBe(false);
  });

  test('a word that cannot be read leaves the lane paused, and is told', async () => {
    const before = await openDesk();
    await before.journal.keep('pause/bulk', 'nonsense');
    await before.journal.keep('pause/interactive', '{"since":1}');
    const desk = await openDesk({ clock: before.clock, from: before.crash() });
    expect(desk.coordinator.pauses.has('bulk')).toBe(true);
    expect(desk.troubles).toEqual([
      'the stored pause of the lane interactive is corrupt: the lane stays paused: corrupt',
      'the stored pause of the lane bulk is corrupt: the lane stays paused: corrupt',
    ]);
  });
});
