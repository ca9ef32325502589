import { expect, test } from 'vitest';
import { type Driver, lives } from '../support/driver.ts';
import { aCommand, accepted, aSettlement, batch, begun } from '../support/writes.ts';

export function accepting(driver: Driver): void {
  const life = lives(driver);

  test('P3: an accepted command is found by its id, whole, after a restart too', async () => {
    const odd = {
      op: 'delete',
      ensure: true,
      lane: 'bulk',
      groupId: 'Å/%2F \' " 👍 日本',
      nodes: ['b', 'a'],
      token: '1790000000.000100',
    } as const;
    const { existing } = await life.journal.commit(batch({ accept: [accepted(7, odd)] }));
    expect(existing.size).toBe(0);
    const want = { command: aCommand(7, odd), state: 'accepted', stuck: false };
    expect(await life.journal.find('id-7')).toEqual(want);
    await life.restart();
    expect(await life.journal.find('id-7')).toEqual(want);
  });

  test('an id that was never accepted is not found', async () => {
    await life.journal.commit(batch({ accept: [accepted(1)] }));
    expect(await life.journal.find('id-2')).toBeUndefined();
  });

  test('P2: a command accepted with its intent is applying from then on', async () => {
    await life.journal.commit(batch({ accept: [begun(1)] }));
    expect(await life.journal.find('id-1')).toMatchObject({ state: 'applying' });
    const [open] = await life.journal.load(0, 10);
    expect(open?.entries).toEqual([{ kind: 'began', at: aCommand(1).acceptedAt }]);
  });

  test('P7: a taken id stores nothing and names the command that has it', async () => {
    await life.journal.commit(batch({ accept: [begun(1, { id: 'x', groupId: 'first' })] }));
    await life.journal.commit(batch({ settle: [{ seq: 1, settlement: aSettlement() }] }));
    const again = [accepted(2, { id: 'x', groupId: 'second' }), accepted(3)];
    const { existing } = await life.journal.commit(batch({ accept: again }));
    expect([...existing.keys()]).toEqual([2]);
    expect(existing.get(2)).toEqual({
      command: aCommand(1, { id: 'x', groupId: 'first' }),
      state: 'committed',
      stuck: false,
      settlement: aSettlement(),
    });
    expect((await life.journal.list({}, undefined, 10)).commands).toHaveLength(2);
    expect(await life.journal.find('id-3')).toBeDefined();
  });

  test('P7: of two commands with one id in one batch the first is stored', async () => {
    const both = [accepted(1, { id: 'x' }), accepted(2, { id: 'x' }), accepted(3, { id: 'x' })];
    const { existing } = await life.journal.commit(batch({ accept: both }));
    expect([...existing.keys()]).toEqual([2, 3]);
    expect(existing.get(3)).toMatchObject({ command: { seq: 1 } });
    expect((await life.journal.head()).openCount).toBe(1);
  });

  test('P7: the same command written again is known by its id, not by its number', async () => {
    const { existing } = await life.journal.commit(batch({ accept: [begun(1), begun(1)] }));
    expect(existing.get(1)).toMatchObject({ command: { seq: 1 } });
    expect((await life.journal.commit(batch({ accept: [begun(1)] }))).existing.size).toBe(1);
  });

  test('P7: the command that has the id is returned in its state after the whole batch', async () => {
    await life.journal.commit(batch({ accept: [begun(1, { id: 'x' })] }));
    const settle = [{ seq: 1, settlement: aSettlement() }];
    const { existing } = await life.journal.commit(
      batch({ accept: [accepted(2, { id: 'x' })], settle }),
    );
    expect(existing.get(2)).toMatchObject({ state: 'committed' });
  });

  test('sequence numbers beyond 32 bits are kept', async () => {
    const far = 2 ** 40 + 1;
    await life.journal.commit(batch({ accept: [accepted(far), accepted(far + 1)] }));
    await life.journal.commit(batch({ settle: [{ seq: far, settlement: aSettlement() }] }));
    expect((await life.journal.load(far - 1, 10)).map((one) => one.command.seq)).toEqual([far + 1]);
    expect((await life.journal.head()).lastSeq).toBe(far + 1);
  });

  test('later changes by a caller to its objects have no effect', async () => {
    const nodes = ['node01'];
    const write = { command: { ...aCommand(1), nodes }, begun: true };
    await life.journal.commit(batch({ accept: [write] }));
    nodes.push('node02');
    write.command.groupId = 'other';
    const found = await life.journal.find('id-1');
    expect(found?.command).toEqual({ ...aCommand(1), nodes: ['node01'] });
  });

  test('commands of many clusters each come back with their own nodes', async () => {
    const lists = [['a'], ['a', 'b'], ['b', 'a'], [], ['a"b', 'ü']];
    const accept = lists.map((nodes, index) => accepted(index + 1, { nodes }));
    await life.journal.commit(batch({ accept }));
    await life.restart();
    const open = await life.journal.load(0, 10);
    expect(open.map((one) => one.command.nodes)).toEqual(lists);
  });
}
