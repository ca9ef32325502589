import { expect, test } from 'vitest';
import { IllegalWrite } from '../../../src/journal/errors.ts';
import { KEPT_NAME_MAX, KEPT_VALUE_MAX } from '../../../src/journal/port.ts';
import { type Driver, lives } from '../support/driver.ts';
import { begun, pruneUpTo, settleAll } from '../support/writes.ts';

export function standingWords(driver: Driver): void {
  const life = lives(driver);

  test('a new journal has none', async () => {
    expect(await life.journal.kept()).toEqual(new Map());
  });

  test('a word stands until another takes its place or it is removed', async () => {
    await life.journal.keep('one', 'first');
    await life.journal.keep('two', '');
    await life.journal.keep('one', 'second');
    expect(await life.journal.kept()).toEqual(
      new Map([
        ['one', 'second'],
        ['two', ''],
      ]),
    );
    await life.journal.keep('one', undefined);
    await life.journal.keep('three', undefined);
    expect(await life.journal.kept()).toEqual(new Map([['two', '']]));
  });

  test('words outlive restarts and the pruning of every command', async () => {
    await life.journal.keep('breaker:node\u00e92', '{"a":"\u{1f512}"}');
    await settleAll(life.journal, [begun(1), begun(2)]);
    expect(await pruneUpTo(life.journal, 0)).toBe(2);
    await life.restart();
    expect(await life.journal.kept()).toEqual(
      new Map([['breaker:node\u00e92', '{"a":"\u{1f512}"}']]),
    );
  });

  test('returned values do not change afterwards', async () => {
    await life.journal.keep('one', 'first');
    const kept = await life.journal.kept();
    await life.journal.keep('one', 'second');
    expect(kept.get('one')).toBe('first');
  });

  test('P9: names and values are bounded; what is too long is not kept', async () => {
    const name = 'n'.repeat(KEPT_NAME_MAX);
    const value = 'v'.repeat(KEPT_VALUE_MAX);
    await life.journal.keep(name, value);
    for (const [badName, badValue] of [
      ['', 'v'],
      [`${name}n`, 'v'],
      ['name', `${value}v`],
    ] as const) {
      await expect(life.journal.keep(badName, badValue)).rejects.toBeInstanceOf(IllegalWrite);
    }
    expect(await life.journal.kept()).toEqual(new Map([[name, value]]));
  });
}
