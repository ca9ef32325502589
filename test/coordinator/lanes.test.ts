import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Lanes } from '../../src/coordinator/queue/lanes.ts';
import { OpenCommand } from '../../src/coordinator/queue/open-command.ts';
import type { Lane } from '../../src/core/model.ts';
import { openHarness } from './support/harness.ts';
import { settled } from './support/reports.ts';

let seq = 0;

function waiting(lane: Lane): OpenCommand {
  seq++;
  const open = new OpenCommand({
    seq,
    id: String(seq),
    op: 'create',
    groupId: String(seq),
    ensure: false,
    lane,
    token: '1.000000',
    nodes: [],
    acceptedAt: 0,
    deadlineAt: 0,
  });
  open.moveTo('waiting');
  return open;
}

const share = fc.double({ min: 0.05, max: 0.95, noNaN: true });

describe('lanes', () => {
  test('while both wait, each has its share of any number of places, to within one', () => {
    fc.assert(
      fc.property(share, fc.integer({ min: 1, max: 500 }), (interactiveShare, places) => {
        const lanes = new Lanes(interactiveShare);
        for (let index = 0; index <= places; index++) {
          lanes.add(waiting('interactive'));
          lanes.add(waiting('bulk'));
        }
        let interactive = 0;
        for (let index = 0; index < places; index++) {
          if (lanes.takeNext()?.command.lane === 'interactive') interactive++;
        }
        expect(Math.abs(interactive - places * interactiveShare)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('an interactive command waits for at most 1/share places, however many bulk ones wait', () => {
    fc.assert(
      fc.property(share, fc.nat(50), (interactiveShare, before) => {
        const lanes = new Lanes(interactiveShare);
        for (let index = 0; index < 200; index++) lanes.add(waiting('bulk'));
        for (let index = 0; index < before; index++) lanes.takeNext();
        const one = waiting('interactive');
        lanes.add(one);
        let places = 1;
        while (lanes.takeNext() !== one) places++;
        expect(places).toBeLessThanOrEqual(Math.ceil(1 / interactiveShare));
      }),
    );
  });

  test('within a lane the order is that of arrival, and no command is lost or dispatched twice', () => {
    const acts = fc.array(
      fc.oneof(
        fc.constant('interactive' as const),
        fc.constant('bulk' as const),
        fc.constant('next' as const),
        fc.nat(20).map((index) => ({ remove: index })),
      ),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(acts, share, (all, interactiveShare) => {
        const lanes = new Lanes(interactiveShare);
        const model: Record<Lane, OpenCommand[]> = { interactive: [], bulk: [] };
        for (const act of all) {
          if (act === 'next') {
            const open = lanes.takeNext();
            const heads = [model.interactive[0], model.bulk[0]];
            expect(heads).toContain(open);
            if (open !== undefined) model[open.command.lane].shift();
          } else if (typeof act === 'object') {
            const every = [...model.interactive, ...model.bulk];
            const open = every[act.remove % Math.max(1, every.length)];
            if (open === undefined) continue;
            lanes.remove(open);
            model[open.command.lane].splice(model[open.command.lane].indexOf(open), 1);
          } else {
            const open = waiting(act);
            lanes.add(open);
            model[act].push(open);
          }
        }
        let rest = model.interactive.length + model.bulk.length;
        while (lanes.takeNext() !== undefined) rest--;
        expect(rest).toBe(0);
      }),
    );
  });
});

describe('lanes of the daemon', () => {
  test('100,000 bulk commands delay an interactive one by the work in flight alone', async () => {
    const harness = await openHarness({ concurrency: 4, openMax: 200_000 });
    for (let index = 0; index < 100_000; index++) {
      const id = `bulk-${index}`;
      harness.ask({ op: 'create', id, groupId: id, lane: 'bulk', wait: 'accepted' });
    }
    await harness.rest();
    expect(harness.driven).toHaveLength(4);
    const asked = harness.ask({ op: 'create', id: 'now', groupId: 'now' });
    await harness.rest();
    // The first places that the work in flight gives back: at a share of 0.75, one of two.
    harness.report(settled(harness, 'bulk-0'), settled(harness, 'bulk-1'));
    await harness.rest();
    expect(harness.driven).toHaveLength(6);
    expect(harness.driven).toContain('now');
    harness.report(settled(harness, 'now'));
    await harness.rest();
    expect(asked.answer).toMatchObject({ state: 'committed' });
  });

  test('P9: a cancelled command leaves its lane: no room is kept for it', async () => {
    const harness = await openHarness({ concurrency: 1, openMax: 10 });
    harness.ask({ op: 'create', id: 'x', groupId: 'x' });
    await harness.rest();
    for (let index = 0; index < 100; index++) {
      const id = String(index);
      harness.ask({ op: 'create', id, groupId: id });
      harness.ask({ op: 'cancel', id });
      await harness.rest();
    }
    expect(harness.coordinator.commands.waiting).toBe(0);
  });
});

describe('the bulk lane in work', () => {
  const bulkOrders = (harness: Awaited<ReturnType<typeof openHarness>>) =>
    harness.driven.filter((id) => id.startsWith('bulk')).length;

  test('takes every slot as long as the other lane is not in use', async () => {
    const harness = await openHarness({ concurrency: 8, interactiveShare: 0.75 });
    for (let index = 0; index < 10; index++) {
      harness.ask({ op: 'create', id: `bulk-${index}`, groupId: String(index), lane: 'bulk' });
    }
    await harness.rest();
    expect(bulkOrders(harness)).toBe(8);
  });

  test('keeps to its share of the places while the other lane is in use, and for 10 s', async () => {
    const harness = await openHarness({ concurrency: 8, interactiveShare: 0.75 });
    harness.ask({ op: 'create', id: 'a', groupId: 'a' });
    await harness.rest();
    harness.report(settled(harness, 'a'));
    for (let index = 0; index < 10; index++) {
      harness.ask({ op: 'create', id: `bulk-${index}`, groupId: String(index), lane: 'bulk' });
    }
    await harness.rest();
    expect(bulkOrders(harness)).toBe(2);
    for (let index = 0; index < 6; index++) harness.ask({ op: 'create', groupId: `b${index}` });
    await harness.rest();
    expect(harness.driven).toHaveLength(1 + 2 + 6);
    await harness.advance(9000);
    expect(bulkOrders(harness)).toBe(2);
    await harness.advance(1500);
    expect(bulkOrders(harness)).toBe(2);
    harness.report(settled(harness, 'bulk-0'), settled(harness, 'bulk-1'));
    await harness.rest();
    expect(bulkOrders(harness)).toBe(4);
  });
});
