import { expect, test } from 'vitest';
import { type Driver, lives } from '../support/driver.ts';
import { aSettlement, batch, begun, pruneUpTo } from '../support/writes.ts';

const TEXT = '[{"at":1000,"step":"accepted"},{"at":1005,"step":"stuck"}]';

export function stories(driver: Driver): void {
  const life = lives(driver);
  const settle = (seq: number, story?: string) =>
    batch({
      accept: [begun(seq)],
      settle: [{ seq, settlement: aSettlement(), ...(story === undefined ? {} : { story }) }],
      lived: 10,
    });

  test('P3: the story of a command is kept with its settlement, over a restart', async () => {
    await life.journal.commit(settle(1, TEXT));
    await life.restart();
    expect(await life.journal.story(1)).toBe(TEXT);
  });

  test('a command without a story has none, nor has one that is unknown', async () => {
    await life.journal.commit(settle(1));
    expect(await life.journal.story(1)).toBeUndefined();
    expect(await life.journal.story(7)).toBeUndefined();
  });

  test('pruning a command removes its story', async () => {
    await life.journal.commit(settle(1, TEXT));
    await pruneUpTo(life.journal, 10);
    expect(await life.journal.story(1)).toBeUndefined();
  });
}
