import { expect, test } from 'vitest';
import { type Driver, lives } from '../support/driver.ts';
import { aSettlement, batch, begun } from '../support/writes.ts';

export function parking(driver: Driver): void {
  const life = lives(driver);

  async function heldOnes(): Promise<readonly (number | string | undefined)[][]> {
    const open = await life.journal.load(0, 10);
    return open
      .filter(({ held }) => held !== undefined)
      .map(({ command, held }) => [command.seq, held]);
  }

  test('P5: a parked command is so over restarts, until it is released or settled', async () => {
    await life.journal.commit(batch({ accept: [begun(1), begun(2), begun(3)] }));
    await life.journal.park(1);
    await life.journal.park(2);
    await life.restart();
    expect(await heldOnes()).toEqual([
      [1, 'parked'],
      [2, 'parked'],
    ]);
    expect(await life.journal.find('id-1')).toMatchObject({ held: 'parked', state: 'applying' });
    await life.journal.unhold([1, 99]);
    const settlement = aSettlement({ state: 'abandoned', reason: 'cancelled' });
    await life.journal.commit(batch({ settle: [{ seq: 2, settlement }] }));
    await life.restart();
    expect(await heldOnes()).toEqual([]);
    expect(await life.journal.find('id-2')).not.toHaveProperty('held');
  });

  test('a settled or unknown command is not parked', async () => {
    await life.journal.commit(
      batch({ accept: [begun(1)], settle: [{ seq: 1, settlement: aSettlement() }] }),
    );
    await life.journal.park(1);
    await life.journal.park(2);
    expect(await life.journal.find('id-1')).not.toHaveProperty('held');
    expect((await life.journal.list({ parked: true }, undefined, 10)).commands).toEqual([]);
  });

  test('a list distinguishes parked commands from others', async () => {
    await life.journal.commit(batch({ accept: [begun(1), begun(2)] }));
    await life.journal.park(2);
    const seqs = async (parked: boolean) => {
      const { commands } = await life.journal.list({ parked }, undefined, 10);
      return commands.map(({ command }) => command.seq);
    };
    expect(await seqs(true)).toEqual([2]);
    expect(await seqs(false)).toEqual([1]);
  });
}
