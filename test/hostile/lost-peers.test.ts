/** Peers that end in another way than by closing their connection. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { programAt, silentRoad } from '../support/silent-road.ts';

const PROGRAMS = join(import.meta.dirname, 'programs');
const PORT = 5570;
/** TCP asks after 5 s, and twice. */
const LONG = { timeout: 30_000 };

test.each(['clients', 'events'])(
  'P8: a peer that resets its connection while the %s socket is not read does not abort the daemon',
  async (socket) => {
    const path = join(PROGRAMS, 'reset-while-unread.ts');
    const child = spawn(process.execPath, [path, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [said] = (await once(child.stdout, 'data').catch(() => ['nothing'])) as [unknown];
    expect(String(said)).toBe('alive\n');
  },
);

test('P9: the connection of a peer that vanished from the network is closed', async (ctx) => {
  const road = silentRoad(ctx);
  const near = programAt(road.near, join(PROGRAMS, 'near-socket.ts'), {
    args: [`tcp://*:${PORT}`],
  });
  await vi.waitUntil(() => near.lines.length > 1, LONG);
  const before = Number(near.lines.at(-1));
  const far = programAt(road.far, join(PROGRAMS, 'far-peer.ts'), {
    args: [`tcp://10.77.9.1:${PORT}`],
  });
  await vi.waitUntil(() => far.lines.includes('in'), LONG);
  await vi.waitUntil(() => Number(near.lines.at(-1)) === before + 1, LONG);
  road.cut();
  await vi.waitUntil(() => Number(near.lines.at(-1)) === before, LONG);
});
