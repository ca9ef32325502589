import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyOrder } from '../../src/coordinator/queue/key-order.ts';
import { OpenCommand } from '../../src/coordinator/queue/open-command.ts';
import { opposedUntil } from '../../src/core/loose.ts';
import type { Loose } from '../../src/core/model.ts';

function commandOn(groupId: string, seq: number): OpenCommand {
  return new OpenCommand({
    seq,
    id: String(seq),
    op: 'create',
    groupId,
    ensure: false,
    lane: 'interactive',
    token: '1.000000',
    nodes: [],
    acceptedAt: 0,
    deadlineAt: 0,
  });
}

const key = fc.constantFrom('k', 'l', 'm');

describe('the order on a key', () => {
  const acts = fc.array(
    fc.oneof(
      { weight: 2, arbitrary: key.map((groupId) => ({ kind: 'enter', groupId }) as const) },
      fc.nat(20).map((index) => ({ kind: 'leave', index }) as const),
    ),
    { maxLength: 100 },
  );

  test('P6: is that of a plain list: its first holds the key, others may leave from anywhere', () => {
    fc.assert(
      fc.property(acts, (all) => {
        const keys = new KeyOrder();
        const model = new Map<string, OpenCommand[]>();
        for (const [seq, act] of all.entries()) {
          if (act.kind === 'enter') {
            const open = commandOn(act.groupId, seq);
            const line = model.get(act.groupId) ?? [];
            model.set(act.groupId, [...line, open]);
            expect(keys.enter(open)).toBe(line.length === 0);
          } else {
            const every = [...model.values()].flat();
            const open = every[act.index % Math.max(1, every.length)];
            if (open === undefined) continue;
            const line = model.get(open.command.groupId) ?? [];
            const wasFirst = line[0] === open;
            const after = line.filter((one) => one !== open);
            model.set(open.command.groupId, after);
            expect(keys.leave(open)).toBe(wasFirst ? after[0] : undefined);
          }
          for (const line of model.values()) {
            for (const [place, open] of line.entries()) expect(keys.holds(open)).toBe(place === 0);
          }
        }
      }),
    );
  });

  test('100,000 in line on one key cost no more than a hundred on each of a thousand', () => {
    const timeFor = (keysUsed: number) => {
      const keys = new KeyOrder();
      const all = Array.from({ length: 100_000 }, (_, seq) => commandOn(`${seq % keysUsed}`, seq));
      const began = performance.now();
      for (const open of all) keys.enter(open);
      // Those in the middle of the line leave first, then the others, from the front.
      for (const open of all.slice(50_000)) keys.leave(open);
      for (const open of all.slice(0, 50_000)) keys.leave(open);
      return performance.now() - began;
    };
    timeFor(1000);
    // About the same; a hundred times as much with an array for a line.
    expect(timeFor(1)).toBeLessThan(10 * timeFor(1000) + 100);
  });

  test('P6: leaving a key one is not at is a programmer error', () => {
    const keys = new KeyOrder();
    const [first, second] = [commandOn('k', 1), commandOn('k', 2)];
    keys.enter(first);
    expect(() => keys.leave(second)).toThrow('P6');
    keys.leave(first);
    expect(() => keys.leave(first)).toThrow('P6');
  });
});

describe('requests that may still land on a key', () => {
  const time = fc.integer({ min: 1, max: 20 });
  const loose: fc.Arbitrary<Loose> = fc.oneof(
    fc.record({
      effect: fc.constant('present'),
      token: fc.constantFrom('1.0', '2.0'),
      until: time,
    }),
    fc.record({ effect: fc.constant('absent'), token: fc.constantFrom('1.0', '2.0'), until: time }),
    fc.record({ effect: fc.constant('absent'), until: time }),
  );
  const byNode = fc
    .dictionary(
      fc.constantFrom('node01', 'node02'),
      fc.array(loose, { minLength: 1, maxLength: 4 }),
      {
        minKeys: 1,
      },
    )
    .map((all) => ({ ...all }));
  const records = fc.array(fc.record({ groupId: key, loose: byNode }), { maxLength: 8 });
  const want = fc.constantFrom(
    { presence: 'absent' } as const,
    { presence: 'present' } as const,
    { presence: 'present', token: '2.0' } as const,
  );

  test('P4.4: opposes a want until the last of all its records has ended', () => {
    fc.assert(
      fc.property(records, want, fc.nat(20), (all, wanted, now) => {
        const keys = new KeyOrder();
        for (const [seq, record] of all.entries()) keys.addLoose(seq, record.groupId, record.loose);
        for (const groupId of ['k', 'l', 'm']) {
          const lists = all
            .filter((record) => record.groupId === groupId)
            .flatMap((record) => Object.values(record.loose));
          const until = Math.max(0, ...lists.map((list) => opposedUntil(list, wanted, now)));
          expect(keys.opposedUntil(groupId, wanted, now)).toBe(until);
        }
      }),
    );
  });

  test('P4.4: is handed over once of each kind and node, with the latest end', () => {
    fc.assert(
      fc.property(records, fc.nat(20), (all, now) => {
        const keys = new KeyOrder();
        for (const [seq, record] of all.entries()) keys.addLoose(seq, record.groupId, record.loose);
        const latest = new Map<string, number>();
        for (const record of all) {
          if (record.groupId !== 'k') continue;
          for (const [node, list] of Object.entries(record.loose)) {
            for (const { effect, token, until } of list) {
              if (until <= now) continue;
              const kind = `${node} ${effect} ${token}`;
              latest.set(kind, Math.max(until, latest.get(kind) ?? 0));
            }
          }
        }
        const handed = Object.entries(keys.looseOf('k', now) ?? {}).flatMap(([node, list]) =>
          list.map(({ effect, token, until }) => [`${node} ${effect} ${token}`, until] as const),
        );
        expect(handed).toHaveLength(latest.size);
        expect(new Map(handed)).toEqual(latest);
      }),
    );
  });

  test('P4.5, P9: ends in bounded lots, each once, and leaves nothing behind', () => {
    fc.assert(
      fc.property(records, fc.integer({ min: 1, max: 3 }), (all, limit) => {
        const keys = new KeyOrder();
        for (const [seq, record] of all.entries()) keys.addLoose(seq, record.groupId, record.loose);
        const ended: number[] = [];
        for (let now = 0; now <= 20; now++) {
          for (;;) {
            const lot = keys.expireLoose(now, limit);
            expect(lot.length).toBeLessThanOrEqual(limit);
            ended.push(...lot);
            if (lot.length < limit) break;
          }
          for (const [seq, record] of all.entries()) {
            const until = Math.max(
              ...Object.values(record.loose)
                .flat()
                .map((one) => one.until),
            );
            expect(ended.includes(seq)).toBe(until <= now);
          }
        }
        expect(new Set(ended).size).toBe(ended.length);
        expect(keys.looseOf('k', 0)).toBeUndefined();
      }),
    );
  });
});
