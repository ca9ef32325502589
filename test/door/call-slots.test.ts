import { expect, test } from 'vitest';
import { CallSlots } from '../../src/door/api/call-slots.ts';

test('P9: one client takes half of the slots and of the bytes at most, all together take all', () => {
  const slots = new CallSlots({ callsMax: 4, bytesMax: 100 });
  const freeAnn = slots.take('ann', 40);
  expect(slots.take('ann', 20)).toBeUndefined();
  expect(slots.take('ann', 10)).toBeDefined();
  expect(slots.take('ann', 0)).toBeUndefined();
  expect(slots.take('bob', 50)).toBeDefined();
  expect(slots.take('bob', 1)).toBeUndefined();
  expect(slots.take('bob', 0)).toBeDefined();
  expect(slots.take('eve', 0)).toBeUndefined();
  freeAnn?.();
  expect(slots.take('eve', 40)).toBeDefined();
  expect(slots.take('ann', 0)).toBeUndefined();
});

test('a place that is freed can be taken again, for ever', () => {
  const slots = new CallSlots({ callsMax: 2, bytesMax: 20 });
  for (let count = 0; count < 1000; count++) {
    const free = slots.take('ann', 10);
    expect(free).toBeDefined();
    free?.();
  }
});
