import { describe, expect, test, vi } from 'vitest';
import { Reply, Request } from 'zeromq';
import { decodeZ85 } from '../../src/base/z85.ts';
import { ClientList } from '../../src/clients/client-list.ts';
import { type CurvePair, newCurvePair } from '../../src/clients/curve-pair.ts';
import { ROLES } from '../../src/clients/role.ts';
import { Room } from '../../src/coordinator/sockets/room.ts';
import { ZapHandler, type ZapOptions } from '../../src/coordinator/sockets/zap.ts';
import type { Log } from '../../src/observe/log/log-port.ts';
import { knownClient } from '../clients/support.ts';
import { closing } from './support/closing.ts';

const NULL = ['', 'NULL'];
const PLAIN = ['', 'PLAIN'];

test('P9: a peer that finds no room is refused for now', async () => {
  const { verdicts, warnings } = await verdictsOn([NULL, NULL], [true, false]);
  expect(verdicts).toEqual([
    ['1.0', '7', '200'],
    ['1.0', '7', '300'],
  ]);
  expect(warnings).toMatchObject([{ address: '127.0.0.1', refused: 1 }]);
});

test('a peer with another mechanism than NULL is rejected by ZAP, and logged once', async () => {
  const { verdicts, warnings, refused } = await verdictsOn([NULL, PLAIN, PLAIN], [true]);
  expect(verdicts).toEqual([
    ['1.0', '7', '200'],
    ['1.0', '7', '400'],
    ['1.0', '7', '400'],
  ]);
  const reason = 'the security mechanism is not the one of this socket';
  expect(warnings).toEqual([{ reason, address: '127.0.0.1', refused: 1 }]);
  expect(refused).toEqual({ no_room: 0, mechanism: 2, unknown_key: 0, role: 0 });
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

describe('with CURVE', () => {
  const keys = { commands: newCurvePair(), read: newCurvePair(), operate: newCurvePair() };
  const list = new ClientList(
    ROLES.map((role) => {
      const { client } = knownClient(role, role);
      return { ...client, curveKey: keys[role].publicKey };
    }),
  );

  const statusOf = async (domain: string, { publicKey }: CurvePair, clients?: ClientList) => {
    const frames = ['', 'CURVE', Buffer.from(decodeZ85(publicKey) ?? [])];
    const options = { isCurve: true, clients: () => clients };
    const { verdicts } = await verdictsOn([frames], [true], { ...options, domain });
    return verdicts[0]?.[2];
  };

  test.each(ROLES)(
    'the key of a client of the role %s opens the socket for clients',
    async (role) => {
      expect(await statusOf('lockstep.commands', keys[role], list)).toBe('200');
    },
  );

  test.each([
    ['commands', '400'],
    ['read', '200'],
    ['operate', '200'],
  ] as const)('for the role %s the events socket answers %s', async (role, status) => {
    expect(await statusOf('lockstep.events', keys[role], list)).toBe(status);
  });

  test('no other key opens any, and without a list none does', async () => {
    for (const domain of ['lockstep.commands', 'lockstep.events', 'global']) {
      expect(await statusOf(domain, newCurvePair(), list)).toBe('400');
      expect(await statusOf(domain, keys.operate)).toBe('400');
    }
    expect(await statusOf('global', keys.commands, list)).toBe('400');
  });

  test('a peer without CURVE is rejected', async () => {
    const options = { isCurve: true, clients: () => list };
    const { verdicts } = await verdictsOn([['', 'NULL']], [true], options);
    expect(verdicts).toEqual([['1.0', '7', '400']]);
  });
});

/**
 * The verdicts of a handler on peers, where there is room so often.
 *
 * @param peers the frames of each behind its address
 */
async function verdictsOn(
  peers: readonly (readonly (string | Buffer)[])[],
  rooms: readonly boolean[],
  more: Partial<ZapOptions> & { readonly domain?: string } = {},
) {
  const { domain = 'lockstep.commands', isCurve = false, clients = () => undefined } = more;
  const warnings: object[] = [];
  const log = { warn: (_: string, fields: object) => warnings.push(fields) } as unknown as Log;
  const reply = closing(new Reply({ linger: 0 }));
  const left = [...rooms];
  const room = { take: () => left.shift() === true };
  const zap = new ZapHandler(reply, { log, room, isCurve, clients });
  // The one before it may still be closing: there is one address in a process.
  await vi.waitFor(() => zap.bind());
  void zap.answer();
  const libzmq = closing(new Request({ linger: 0 }));
  libzmq.connect('inproc://zeromq.zap.01');
  const verdicts: string[][] = [];
  for (const frames of peers) {
    await libzmq.send(['1.0', '7', domain, '127.0.0.1', ...frames]);
    verdicts.push((await libzmq.receive()).slice(0, 3).map(String));
  }
  reply.close();
  return { verdicts, warnings, refused: zap.refused };
}
