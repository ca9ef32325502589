/** Clients are served in turn: none waits for the queue of another. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Spending } from '../../src/base/queues/spending.ts';
import { Turns } from '../../src/base/queues/turns.ts';
import { Inbox } from '../../src/coordinator/inbox.ts';
import { Looks } from '../../src/coordinator/queries/looks.ts';
import { Envelopes } from '../../src/coordinator/sockets/envelopes.ts';
import type { RequestInput } from '../../src/protocol/input/request-input.ts';
import { parseValue } from '../../src/protocol/parse-request.ts';
import { type Harness, openHarness } from './support/harness.ts';

const MIB = 1024 * 1024;

/** Asks as the client of this connection. */
function askFrom(harness: Harness, client: string, input: RequestInput): readonly object[] {
  const parsed = parseValue(input);
  if (!parsed.ok) throw new Error(parsed.reply.error.message);
  const answers: object[] = [];
  const keep = (answer: object): void => void answers.push(answer);
  harness.coordinator.request(parsed.request, Object.assign(keep, { client }));
  return answers;
}

describe('turns', () => {
  test('each owner gets its items in order, and one of each owner comes before the second of any', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 200 }), (owners) => {
        const turns = new Turns<string>();
        for (const [index, owner] of owners.entries()) turns.push(owner, `${owner}${index}`);
        const taken: string[] = [];
        for (let item = turns.first; item !== undefined; item = turns.first) {
          expect(turns.shift()).toBe(item);
          taken.push(item);
        }
        expect(turns.size).toBe(0);
        for (const owner of new Set(owners)) {
          const own = owners.flatMap((one, index) => (one === owner ? [`${one}${index}`] : []));
          expect(taken.filter((item) => item.startsWith(owner))).toEqual(own);
        }
        const round = new Set(owners).size;
        expect(new Set(taken.slice(0, round).map((item) => item[0])).size).toBe(round);
      }),
    );
  });

  test('an owner that is passed keeps its item, and the next one is in turn', () => {
    const turns = new Turns<number>();
    turns.push('a', 1);
    turns.push('b', 2);
    turns.pass();
    expect(turns.shift()).toBe(2);
    expect(turns.shift()).toBe(1);
  });

  test('the owner with most items gives up its oldest', () => {
    const turns = new Turns<string>();
    for (const item of ['a1', 'b1', 'b2', 'c1']) turns.push(item.charAt(0), item);
    expect(turns.shiftOfMost()).toBe('b1');
    expect([turns.shift(), turns.shift(), turns.shift()]).toEqual(['a1', 'b2', 'c1']);
    expect(turns.shiftOfMost()).toBeUndefined();
  });
});

describe('turns of heavy owners', () => {
  const heavy = (owner: string) => owner.startsWith('heavy');

  test('P9: come behind all others, who wait for one of them at most; and they are not starved', () => {
    const turns = new Turns<string>(heavy);
    for (let index = 0; index < 100; index++) {
      turns.push('heavy', 'h');
      turns.push('light', 'l');
    }
    const taken = Array.from({ length: 100 }, () => turns.shift()).join('');
    expect(taken).toBe('lllh'.repeat(25));
    expect(turns.size).toBe(100);
  });

  test('their items are all served, in their order, when nobody else waits', () => {
    const turns = new Turns<number>(heavy);
    for (let index = 0; index < 10; index++) turns.push('heavy', index);
    turns.pass();
    expect(Array.from({ length: 10 }, () => turns.shift())).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([turns.first, turns.size]).toEqual([undefined, 0]);
  });

  test('an owner that becomes heavy while it waits is so from its next turn on', () => {
    let isHeavy = false;
    const turns = new Turns<string>((owner) => owner === 'a' && isHeavy);
    for (const item of ['a1', 'a2', 'b1', 'b2', 'b3']) turns.push(item.charAt(0), item);
    isHeavy = true;
    expect([1, 2, 3, 4, 5].map(() => turns.shift())).toEqual(['a1', 'b1', 'b2', 'a2', 'b3']);
  });
});

describe('spending', () => {
  test('what was used is forgotten at a fixed pace', () => {
    let now = 0;
    const spending = new Spending({ now: () => now, heavyAbove: 20, forgottenPerSecond: 100 });
    spending.add('a', 15);
    expect([spending.isHeavy('a'), spending.isHeavy('b')]).toEqual([false, false]);
    spending.add('a', 15);
    expect(spending.isHeavy('a')).toBe(true);
    now = 100;
    expect(spending.isHeavy('a')).toBe(false);
    spending.add('a', 1);
    expect(spending.isHeavy('a')).toBe(true);
  });

  test('P9: of thousands of clients it knows the latest', () => {
    const spending = new Spending({ now: () => 0, heavyAbove: 20, forgottenPerSecond: 100 });
    for (let client = 0; client < 1500; client++) spending.add(String(client), 30);
    expect([spending.isHeavy('499'), spending.isHeavy('500')]).toEqual([false, true]);
  });
});

describe('requests of clients', () => {
  test('P9: a client with thousands of requests holds no other up', () => {
    const inbox = new Inbox(() => 0);
    const ran: string[] = [];
    const request = (client: string) =>
      inbox.request({ client, bytes: 100, count: 1, actAt: () => () => void ran.push(client) });
    for (let count = 0; count < 3000; count++) request('flood');
    request('honest');
    for (let count = 0; count < 3; count++) inbox.shift()?.({} as never);
    expect(ran).toContain('honest');
  });

  test('P9: a client whose acts took long lately comes behind the others', () => {
    let now = 0;
    const inbox = new Inbox(() => now);
    const ran: string[] = [];
    const request = (client: string, ms: number) => {
      const act = () => {
        now += ms;
        ran.push(client);
      };
      inbox.request({ client, bytes: 100, count: 1, actAt: () => act });
    };
    for (let count = 0; count < 10; count++) request('costly', 15);
    for (let count = 0; count < 10; count++) request('cheap', 0.1);
    for (let count = 0; count < 13; count++) inbox.shift()?.({} as never);
    // In plain turns it would be 6.
    expect(ran.filter((client) => client === 'cheap')).toHaveLength(8);
  });

  test('P9: a batch of ten thousand commands holds no other client up', async () => {
    const harness = await openHarness();
    const commands = Array.from({ length: 10_000 }, () => ({}));
    const flood = askFrom(harness, 'flood', { op: 'batch', commands } as unknown as RequestInput);
    askFrom(harness, 'honest', { op: 'create', id: 'a', groupId: '5' });
    let isBefore = false;
    harness.deliver = () => {
      isBefore = flood.length === 0;
    };
    await harness.rest();
    expect(harness.driven).toEqual(['a']);
    expect(isBefore).toBe(true);
    expect(flood).toHaveLength(1);
  });

  test('P8: acts of the daemon run between the requests of a flood', () => {
    const inbox = new Inbox(() => 0);
    const ran: string[] = [];
    const actAt = () => () => void ran.push('client');
    for (let count = 0; count < 1000; count++)
      inbox.request({ client: String(count), bytes: 100, count: 1, actAt });
    for (let count = 0; count < 10; count++) inbox.push(() => ran.push('own'));
    for (let count = 0; count < 20; count++) inbox.shift()?.({} as never);
    expect(ran.filter((who) => who === 'own')).toHaveLength(10);
  });

  test('in calm all acts run in the order in which they arrived', () => {
    const inbox = new Inbox(() => 0);
    const ran: number[] = [];
    for (let index = 0; index < 50; index += 2) {
      inbox.push(() => ran.push(index));
      const actAt = () => () => void ran.push(index + 1);
      inbox.request({ client: '', bytes: 100, count: 1, actAt });
    }
    for (let act = inbox.shift(); act !== undefined; act = inbox.shift()) act({} as never);
    expect(ran).toEqual(Array.from({ length: 50 }, (_, index) => index));
  });

  test('P9: no more are read when too many wait, or too many bytes', () => {
    const actAt = () => () => {};
    const many = new Inbox(() => 0);
    for (let count = 0; count < 5000; count++)
      many.request({ client: 'a', bytes: 1, count: 1, actAt });
    expect(many.isFull).toBe(false);
    many.request({ client: 'a', bytes: 1, count: 1, actAt });
    expect(many.isFull).toBe(true);
    many.shift();
    expect(many.isFull).toBe(false);
    const large = new Inbox(() => 0);
    for (let count = 0; count < 17; count++)
      large.request({ client: 'a', bytes: MIB, count: 1, actAt });
    expect(large.isFull).toBe(true);
    large.shift();
    expect(large.isFull).toBe(false);
  });
});

describe('looks of clients', () => {
  test('P9: thousands of one client hold up no look of another', async () => {
    let now = 0;
    const looks = new Looks({ now: () => now, onFailure: () => {} });
    const seen: string[] = [];
    const look = (client: string) => ({
      see: () => {
        now += 5;
        seen.push(client);
      },
      miss: Object.assign((): void => void seen.push(`${client} missed`), { client }),
    });
    looks.add(Array.from({ length: 5000 }, () => look('flood')));
    looks.add([look('honest'), look('flood')]);
    // Each has time for one of these.
    await looks.spend();
    await looks.spend();
    expect(seen).toEqual(['flood missed', 'flood missed', 'flood', 'honest']);
  });
});

describe('envelopes of requests that wait', () => {
  test('P9: are bounded in bytes for each client and in all, and give their room back', () => {
    const envelopes = new Envelopes();
    const large = [Buffer.alloc(16 * MIB - 128)];
    const held = (client: string) => envelopes.hold(client, large);
    expect([1, 2, 3, 4, 5].map(() => held('a'))).toEqual([true, true, true, true, false]);
    expect([1, 2, 3, 4, 5].map(() => held('b'))).toEqual([true, true, true, true, false]);
    expect(held('c')).toBe(false);
    envelopes.release('a', large);
    expect([held('c'), held('a')]).toEqual([true, false]);
  });

  test('P9: commands leave room for requests that are answered soon, an operator for example', () => {
    const envelopes = new Envelopes();
    const large = [Buffer.alloc(16 * MIB - 128)];
    for (const client of ['a', 'b']) {
      while (envelopes.hold(client, large));
    }
    expect(envelopes.hold('operator', large)).toBe(false);
    expect([1, 2, 3].map(() => envelopes.hold('operator', large, true))).toEqual([
      true,
      true,
      false,
    ]);
    envelopes.release('operator', large);
    expect(envelopes.hold('a', large, true)).toBe(true);
  });
});
