/** A node that goes away and comes back, in virtual time: real executors, simulated nodes. */
import { describe, expect, test } from 'vitest';
import type { Answer } from '../../src/protocol/answer.ts';
import { crewOf } from './support/crew.ts';
import { HandClock } from './support/hand-clock.ts';
import { type Asked, type Harness, openHarness } from './support/harness.ts';
import { breakersOf } from './support/outage.ts';
import { SimNode } from './support/sim-node.ts';

const MINUTE_MS = 60_000;
const EXECUTORS = 2;

async function stage() {
  const clock = new HandClock();
  const [node01, node02, node03] = [new SimNode(clock), new SimNode(clock), new SimNode(clock)];
  const harness = await openHarness({ clock, executors: EXECUTORS, concurrency: 64 });
  crewOf(harness, { node01, node02, node03 }, { count: EXECUTORS });
  return { harness, nodes: [node01, node02, node03], node01, node02 };
}

/** A create every 100 ms for so long, each with a key of its own. */
async function load(harness: Harness, ms: number, name: string): Promise<readonly Asked[]> {
  const all: Asked[] = [];
  for (let at = 0; at < ms; at += 100) {
    all.push(harness.ask({ op: 'create', groupId: `${name}-${at}` }));
    await harness.advance(100);
  }
  return all;
}

function isRejected(answer: Answer): boolean {
  return 'error' in answer && answer.error.code === 'unavailable';
}

function has(state: string): (asked: Asked) => boolean {
  return ({ answer }) => 'state' in answer && answer.state === state;
}

async function stateOf(harness: Harness): Promise<string | undefined> {
  return (await breakersOf(harness))['node02']?.state;
}

describe('a node that is away for a minute under load', () => {
  test('P1, P9: few commands meet it, it is asked a few times, all ends soon after its return', async () => {
    const { harness, nodes, node02 } = await stage();
    const before = await load(harness, 2000, 'before');
    expect(before.every(has('committed'))).toBe(true);
    node02.otherwise = () => 'unsent';
    const during = await load(harness, MINUTE_MS, 'during');
    const rejected = during.filter(({ isOpen, answer }) => !isOpen && isRejected(answer));
    expect(rejected.length).toBeGreaterThan(0.9 * during.length);
    expect(await stateOf(harness)).not.toBe('closed');
    // What waits meets it, too.
    const waiting = Array.from({ length: 5 }, (_, index) =>
      harness.ask({ op: 'create', groupId: `waits-${index}`, ifUnavailable: 'wait' }),
    );
    const calls = node02.calls.length;
    await harness.advance(10_000);
    expect(node02.calls.length - calls).toBeLessThanOrEqual(5);
    node02.otherwise = () => undefined;
    await harness.advance(8000);
    expect(await stateOf(harness)).toBe('closed');
    expect(waiting.every(has('committed'))).toBe(true);
    expect(during.some(({ isOpen }) => isOpen)).toBe(false);
    const keys = nodes.map(({ records }) => [...records.keys()].sort());
    expect(keys[1]).toEqual(keys[0]);
    expect(keys[2]).toEqual(keys[0]);
  });

  test('P5: rollbacks wait for it without an attempt, and end after its return', async () => {
    const { harness, nodes, node01, node02 } = await stage();
    // Twenty creates whose fate on node02 is unknown, and which have to be undone.
    node02.otherwise = () => 'lost-after';
    node01.otherwise = () => 'refused';
    const asked = await load(harness, 2000, 'undone');
    node02.otherwise = () => 'hang';
    node01.otherwise = () => undefined;
    await harness.advance(MINUTE_MS);
    expect(await stateOf(harness)).not.toBe('closed');
    const calls = node02.calls.length;
    await harness.advance(MINUTE_MS);
    expect(node02.calls.length - calls).toBeLessThan(30);
    node02.otherwise = () => undefined;
    await harness.advance(20_000);
    for (const { answer } of asked.filter(({ answer: one }) => !isRejected(one))) {
      expect(answer).toMatchObject({ reason: 'node_refused' });
    }
    expect(nodes.map(({ records }) => records.size)).toEqual([0, 0, 0]);
  });
});

describe('a node that is half well', () => {
  test('that answers reads and fails writes does not flap: it is open most of the time', async () => {
    const { harness, node02 } = await stage();
    node02.otherwise = () => (node02.calls.at(-1)?.request.kind === 'read' ? undefined : 'unsure');
    await load(harness, MINUTE_MS, 'half');
    let open = 0;
    for (let second = 0; second < 60; second++) {
      await load(harness, 1000, `more-${second}`);
      if ((await stateOf(harness)) !== 'closed') open++;
    }
    expect(open).toBeGreaterThan(45);
  });

  test('that fails one key forever blocks no other key', async () => {
    const { harness, node02 } = await stage();
    node02.otherwise = () => (node02.calls.at(-1)?.groupId === 'cursed' ? 'unsure' : undefined);
    const cursed = harness.ask({ op: 'create', groupId: 'cursed', deadlineMs: 1000 });
    await harness.advance(30 * MINUTE_MS);
    expect(cursed.isOpen).toBe(true);
    expect(node02.calls.length).toBeGreaterThan(500);
    expect(await stateOf(harness)).toBe('closed');
    const other = harness.ask({ op: 'create', groupId: 'other' });
    await harness.advance(100);
    expect(other.answer).toMatchObject({ state: 'committed' });
  });
});
