import { expect, test } from 'vitest';
import { Reply, Request } from 'zeromq';
import { Room } from '../../src/coordinator/sockets/room.ts';
import { ZapHandler } from '../../src/coordinator/sockets/zap.ts';
import type { Log } from '../../src/observe/log/log-port.ts';
import { closing } from './support/closing.ts';

test('P9: a peer that finds no room is refused for now', async () => {
  const { verdicts, warnings } = await verdictsOn(['NULL', 'NULL'], [true, false]);
  expect(verdicts).toEqual([
    ['1.0', '7', '200'],
    ['1.0', '7', '300'],
  ]);
  expect(warnings).toMatchObject([{ address: '127.0.0.1', refused: 1 }]);
});

test('a peer with another mechanism than NULL is rejected by ZAP, and logged once', async () => {
  const { verdicts, warnings } = await verdictsOn(['NULL', 'PLAIN', 'PLAIN'], [true]);
  expect(verdicts).toEqual([
    ['1.0', '7', '200'],
    ['1.0', '7', '400'],
    ['1.0', '7', '400'],
  ]);
  const reason = 'the security mechanism is not NULL';
  expect(warnings).toEqual([{ reason, address: '127.0.0.1', refused: 1 }]);
});

test('P9: room is counted, and peers that come before the next count are added', () => {
  let now = 0;
  let open = 98;
  const room = new Room({ descriptorsMax: 100, now: () => now, count: () => open });
  expect([1, 2, 3, 4].map(() => room.take())).toEqual([true, true, true, false]);
  now = 50;
  expect(room.take()).toBe(true);
  open = 101;
  now = 100;
  expect(room.take()).toBe(false);
});

test('P9: without a descriptor to count them there is no room', () => {
  const count = (): number => {
    throw new Error('EMFILE');
  };
  expect(new Room({ descriptorsMax: 100, now: () => 0, count }).take()).toBe(false);
});

test('the descriptors of this process are counted', () => {
  const room = (descriptorsMax: number) => new Room({ descriptorsMax, now: () => 0 });
  expect(room(3).take()).toBe(false);
  expect(room(100_000).take()).toBe(true);
});

/** The verdicts of a handler on peers that ask for these mechanisms, where there is room so often. */
async function verdictsOn(mechanisms: readonly string[], rooms: readonly boolean[]) {
  const warnings: object[] = [];
  const log = { warn: (_: string, fields: object) => warnings.push(fields) } as unknown as Log;
  const reply = closing(new Reply({ linger: 0 }));
  const left = [...rooms];
  const zap = new ZapHandler(reply, { log, room: { take: () => left.shift() === true } });
  await zap.bind();
  void zap.answer();
  const libzmq = closing(new Request({ linger: 0 }));
  libzmq.connect('inproc://zeromq.zap.01');
  const verdicts: string[][] = [];
  for (const mechanism of mechanisms) {
    await libzmq.send(['1.0', '7', 'lockstep', '127.0.0.1', '', mechanism]);
    verdicts.push((await libzmq.receive()).slice(0, 3).map(String));
  }
  return { verdicts, warnings };
}
