/** The pieces of nodesim that stand alone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareBytes } from '../../src/base/byte-order.ts';
import { Chance } from '../../src/nodesim/faults/random.ts';
import { KeyDigest } from '../../src/nodesim/node/key-digest.ts';
import { parsePythonFloat, pythonFloatText } from '../../src/nodesim/node/python-float.ts';
import { SortedKeys } from '../../src/nodesim/node/sorted-keys.ts';

const key = fc.string({ unit: 'grapheme', maxLength: 8 });

describe('SortedKeys', () => {
  it('orders like the bytes of UTF-8', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
        expect(Math.sign(compareBytes(a, b))).toBe(bytes);
      }),
    );
  });

  it('pages what a sorted array would, after any additions and removals', () => {
    const change = fc.record({ add: fc.boolean(), key });
    fc.assert(
      fc.property(
        fc.uniqueArray(key),
        fc.array(change),
        fc.option(key, { nil: undefined }),
        (keys, changes, after) => {
          const model = new Set(keys);
          const sorted = new SortedKeys(keys);
          for (const { add, key: one } of changes) {
            if (add && !model.has(one)) sorted.add(one);
            if (!add) sorted.remove(one);
            if (add) model.add(one);
            else model.delete(one);
          }
          const all = [...model].toSorted(compareBytes);
          const rest =
            after === undefined ? all : all.filter((one) => compareBytes(one, after) > 0);
          expect(sorted.page(after, 3)).toEqual(rest.slice(0, 3));
          expect(sorted.page(undefined, 10_000)).toEqual(all);
        },
      ),
    );
  });

  it('stays in order over many chunks', () => {
    const count = 5000;
    const keys = Array.from({ length: count }, (_, n) => String((n * 7919) % count));
    const sorted = new SortedKeys(keys.slice(0, count / 2));
    for (const one of keys.slice(count / 2)) sorted.add(one);
    for (const one of keys) if (Number(one) % 3 === 0) sorted.remove(one);
    const left = keys.filter((one) => Number(one) % 3 !== 0).toSorted(compareBytes);
    expect(sorted.page(undefined, count)).toEqual(left);
    expect(sorted.page(left[1000], 1500)).toEqual(left.slice(1001, 2501));
  });
});

describe('KeyDigest', () => {
  it('is equal for equal sets in any order and different for different ones', () => {
    fc.assert(
      fc.property(fc.uniqueArray(key, { minLength: 1 }), (keys) => {
        const forwards = new KeyDigest();
        const backwards = new KeyDigest();
        for (const one of keys) forwards.toggle(one);
        for (const one of keys.toReversed()) backwards.toggle(one);
        expect(forwards.text()).toBe(backwards.text());
        backwards.toggle(keys[0] ?? '');
        expect(forwards.text()).not.toBe(backwards.text());
      }),
    );
  });

  it('distinguishes 200,000 short keys in each of its parts', () => {
    const seen = new Set<string>();
    for (let n = 0; n < 200_000; n++) {
      const digest = new KeyDigest();
      digest.toggle(String(n));
      seen.add(digest.text().split('.').slice(0, 2).join('.'));
    }
    expect(seen.size).toBe(200_000);
  });
});

describe('Chance', () => {
  it('draws evenly', () => {
    const chance = new Chance(1, 'node01');
    const tenths = Array<number>(10).fill(0);
    for (let call = 0; call < 50_000; call++) {
      chance.nextCall();
      const tenth = Math.floor(chance.draw() * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    for (const count of tenths) expect(Math.abs(count - 5000)).toBeLessThan(300);
  });

  it('draws independently of how much the calls before drew', () => {
    const frugal = new Chance(1, 'node01');
    const greedy = new Chance(1, 'node01');
    for (let call = 0; call < 100; call++) {
      frugal.nextCall();
      greedy.nextCall();
      expect(greedy.draw()).toBe(frugal.draw());
      for (let more = 0; more < call % 5; more++) greedy.draw();
    }
  });

  it('stays within a range, ends included', () => {
    const chance = new Chance(2, '');
    const seen = new Set<number>();
    for (let draw = 0; draw < 200; draw++) seen.add(chance.within([3, 5]));
    expect(seen).toEqual(new Set([3, 4, 5]));
  });
});

describe('Python’s floats', () => {
  it.each([
    ['1633786070.879454', 1633786070.879454],
    [' 5 ', 5],
    ['.5', 0.5],
    ['5.', 5],
    ['+1e3', 1000],
    ['1_000.5', 1000.5],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['nan', Number.NaN],
    ['0x10', undefined],
    ['1__0', undefined],
    ['', undefined],
    ['None', undefined],
    ['1 2', undefined],
  ])('reads %j as %s', (text, value) => {
    expect(parsePythonFloat(text)).toBe(value);
  });

  it.each([
    [5, '5.0'],
    [1633786070.879454, '1633786070.879454'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [1.5e300, '1.5e+300'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NaN, 'nan'],
  ])('prints %s as %s', (value, text) => {
    expect(pythonFloatText(value)).toBe(text);
  });
});
