/**
 * The thread that the nanny reports, and the details; the readings of the threads are made by hand.
 */
import { describe, expect, test } from 'vitest';
import { Beat, Beats, type Reading, readSlot } from '../../src/lifecycle/beats.ts';
import { Nanny } from '../../src/lifecycle/nanny.ts';
import { HANG_TIMEOUTS } from '../../src/lifecycle/pulse.ts';
import { SocketRegistry } from '../../src/lifecycle/socket-registry.ts';
import type { Hang } from '../../src/lifecycle/threads.ts';

const LOOK_MS = 500;
const IDLE = { active: 0, idle: 0, utilization: 0 };

type Behaviour = 'works' | 'hangs' | 'turns only' | 'starts';

/**
 * Watches threads with this behaviour for `looks` checks, and then with that of `later` for
 * `looksLater`.
 */
function watch(
  threads: Record<string, Behaviour>,
  looks: number,
  { later = threads, looksLater = 0 }: { later?: typeof threads; looksLater?: number } = {},
) {
  const hangs: Hang[] = [];
  const readings = new Map<string, Reading>();
  const missing: string[] = [];
  const loads: Record<string, number> = {};
  let now = 0;
  const nanny = new Nanny({
    watched: {
      expected: Object.keys(threads),
      missing,
      lingering: [],
      reading: (name) => readings.get(name) ?? { beats: 1, progress: 1, activity: 'working' },
      utilization: (name) =>
        threads[name] === 'hangs' ? { ...IDLE, active: now } : { ...IDLE, idle: now },
      noteLoad: (name, load) => {
        loads[name] = load;
      },
    },
    hangTimeouts: { ...HANG_TIMEOUTS, hangAfterMs: 4000 },
    onHang: (hang) => {
      hangs.push(hang);
      missing.push(hang.thread);
    },
    now: () => now,
  });
  for (let look = 1; look <= looks + looksLater; look++) {
    now += LOOK_MS;
    for (const [name, behaviour] of Object.entries(look <= looks ? threads : later)) {
      if (behaviour === 'hangs') continue;
      const progress = behaviour === 'works' ? look : 1;
      const activity = behaviour === 'starts' ? 'starting' : 'working';
      readings.set(name, { beats: look, progress, activity });
    }
    nanny.look();
  }
  return { hangs, loads };
}

describe('P8: the nanny', () => {
  test('names a thread that hangs once, with the load of its loop, within 5 s', () => {
    const { hangs } = watch({ main: 'works', 'executor-1': 'hangs' }, 9);
    expect(hangs).toEqual([
      expect.objectContaining({ kind: 'hung', thread: 'executor-1', utilization: 1 }),
    ]);
    expect(hangs[0]?.forMs).toBeLessThan(5000);
  });

  test('names a thread whose loop turns for nothing', () => {
    const { hangs } = watch({ main: 'works', 'executor-1': 'turns only' }, 9);
    expect(hangs).toEqual([
      expect.objectContaining({ kind: 'stalled', thread: 'executor-1', utilization: 0 }),
    ]);
  });

  test('does not blame those that wait for one that hangs', () => {
    const threads = { coordinator: 'hangs', 'executor-1': 'turns only' } as const;
    expect(watch(threads, 20).hangs.map(({ thread }) => thread)).toEqual(['coordinator']);
  });

  test.each(['hangs', 'starts'] as const)(
    'nor when it is back, and %s no more: their timeouts begin again',
    (behaviour) => {
      const before = { coordinator: behaviour, 'executor-1': 'turns only' } as const;
      const later = { coordinator: 'works', 'executor-1': 'turns only' } as const;
      // Seven looks are less than a hang; a start may take longer.
      const looks = behaviour === 'hangs' ? 7 : 40;
      expect(watch(before, looks, { later, looksLater: 7 }).hangs).toEqual([]);
      const { hangs } = watch(before, looks, { later, looksLater: 9 });
      expect(hangs).toMatchObject([{ kind: 'stalled', thread: 'executor-1' }]);
    },
  );

  test('has nothing to say while all is well, however long', () => {
    expect(watch({ main: 'works', 'executor-1': 'works' }, 1000).hangs).toEqual([]);
  });

  test('notes the load of each loop, for those who cannot read it', () => {
    const { loads } = watch({ main: 'works', 'executor-1': 'hangs' }, 2);
    expect(loads).toEqual({ main: 0, 'executor-1': 1 });
  });
});

describe('beats', () => {
  test('two threads of one name are impossible: they would hide each other', () => {
    const beats = new Beats();
    beats.claim('executor-1');
    expect(() => beats.claim('executor-1')).toThrow('two threads of the name executor-1');
  });

  test('a slot shows the activity of its thread alone', () => {
    const beats = new Beats();
    const [first, second] = [beats.claim('a'), beats.claim('b')];
    const beat = new Beat(first);
    beat.start();
    beat.progress();
    expect(beat.enter('journal')).toBe('starting');
    expect(beats.read('a')).toEqual({ beats: 1, progress: 1, activity: 'journal' });
    expect(readSlot(second)).toEqual({ beats: 0, progress: 0, activity: 'starting' });
  });

  test('a reserved slot waits for its thread, and is given once', () => {
    const beats = new Beats();
    beats.claim('main');
    const roster = beats.reserve(['door', 'coordinator']);
    expect(roster.names).toEqual(['main', 'door', 'coordinator']);
    expect(beats.claim('coordinator')).toEqual({ buffer: roster.buffer, slot: 2 });
    expect(() => beats.claim('coordinator')).toThrow('two threads of the name coordinator');
  });

  test('there is an end to them', () => {
    const beats = new Beats();
    const claimAll = () => {
      for (let index = 0; ; index++) beats.claim(`${index}`);
    };
    expect(claimAll).toThrow('more than 272 threads');
  });
});

describe('the registry of sockets', () => {
  test('knows the line that made each, and reports every change', () => {
    const sent: (readonly { name: string; madeAt: string }[])[] = [];
    const registry = new SocketRegistry((open) => sent.push(open));
    let closed = 0;
    const socket = registry.add('clients', { close: () => closed++ });
    expect(sent).toHaveLength(1);
    expect(sent[0]?.[0]).toMatchObject({ name: 'clients' });
    expect(sent[0]?.[0]?.madeAt).toMatch(/nanny\.test\.ts:\d+:\d+$/);
    registry.closeAll();
    registry.closeAll();
    expect(closed).toBe(1);
    expect(sent.at(-1)).toEqual([]);
    expect(socket).toBeDefined();
  });

  test('closes one of them alone, and reports that', () => {
    const sent: (readonly { name: string }[])[] = [];
    const registry = new SocketRegistry((open) => sent.push(open));
    const closed: string[] = [];
    const clients = registry.add('clients', { close: () => closed.push('clients') });
    registry.add('events', { close: () => closed.push('events') });
    registry.close(clients);
    expect(closed).toEqual(['clients']);
    expect(sent.at(-1)).toMatchObject([{ name: 'events' }]);
    registry.closeAll();
    expect(closed).toEqual(['clients', 'events']);
  });
});
