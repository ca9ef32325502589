/** Acts on one node that arrive while another is under way, and what they cost. */
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { PIECE, retiringOf } from '../../src/coordinator/nodes/retiring-of.ts';
import { OpenCommand } from '../../src/coordinator/queue/open-command.ts';
import { Registry } from '../../src/coordinator/queue/registry.ts';
import { commandOf } from '../core/builders.ts';
import { type Asked, openHarness } from './support/harness.ts';

const RETIRE = { op: 'node', act: 'retire', node: 'node02', force: true } as const;

describe('the retirement of a node', () => {
  test.each([1, 4, 8, 12])(
    'an end of it that arrives %i turns behind it, before it is durable, comes after it and holds',
    async (turns) => {
      const harness = await openHarness();
      const gate = Promise.withResolvers<void>();
      const { journal } = harness;
      const keep = journal.keep.bind(journal);
      journal.keep = async (...value) => {
        await gate.promise;
        return keep(...value);
      };
      const retire = harness.ask(RETIRE, 'ann');
      for (let turn = 0; turn < turns; turn++) await turnOfLoop();
      const back = harness.ask({ op: 'node', act: 'unretire', node: 'node02' }, 'bob');
      await harness.rest();
      expect([retire.isOpen, back.isOpen]).toEqual([true, true]);
      gate.resolve();
      await harness.rest();
      const nodes = harness.ask({ op: 'node', node: 'node02' });
      const ping = harness.ask({ op: 'ping' });
      await harness.rest();
      expect(retire.answer).toMatchObject({ nodes: { node02: { retired: {} } } });
      expect(back.answer).toEqual({ nodes: { node02: { configured: true } } });
      expect(nodes.answer).toEqual(back.answer);
      expect(ping.answer).toMatchObject({ accepting: true });
    },
  );

  test('P3: acts on it that arrive together are done in their order', async () => {
    const harness = await openHarness();
    const back = { op: 'node', act: 'unretire', node: 'node02' } as const;
    const asked = [RETIRE, back, RETIRE].map((act, index) => harness.ask(act, `client ${index}`));
    await harness.rest();
    const ping = harness.ask({ op: 'ping' });
    await harness.rest();
    expect(asked.map(({ answer }) => JSON.stringify(answer).includes('since'))).toEqual([
      true,
      false,
      true,
    ]);
    expect(ping.answer).toMatchObject({ accepting: false });
  });

  test('P8: twenty thousand open commands are walked in pieces, and all of them are counted', async () => {
    let walked = 0;
    const turns: number[] = [];
    function* all() {
      for (let seq = 1; seq <= 20_000; seq++) {
        walked++;
        yield new OpenCommand(commandOf({ seq, nodes: ['node01', 'node02'] }));
      }
    }
    const walk = retiringOf(
      { retirements: { of: () => [] }, commands: { registry: { all } } },
      'node02',
    );
    let step = walk.next();
    for (; step.done !== true; step = walk.next()) turns.push(walked);
    const foreseen = step.value;
    expect(foreseen.upTo).toBe(20_000);
    expect(foreseen.retiring).toMatchObject({ matched: 20_000, counts: { begins: 20_000 } });
    expect(foreseen.retiring.commands).toHaveLength(100);
    expect(turns).toEqual(
      Array.from({ length: 20_000 / PIECE }, (_, index) => (index + 1) * PIECE),
    );
  });

  test('P9: a dry run walks them in pieces, and acts that arrive meanwhile run between them', async () => {
    const harness = await openHarness();
    const nodes = ['node01', 'node02', 'node03'];
    const pings: Asked[] = [];
    /** Of each walk: the pings that were answered when a piece began. */
    const walks: number[][] = [];
    const all = vi.spyOn(Registry.prototype, 'all').mockImplementation(function* () {
      const answered: number[] = [];
      walks.push(answered);
      for (let seq = 1; seq <= PIECE * 3; seq++) {
        if (seq % PIECE === 1) {
          answered.push(pings.filter(({ isOpen }) => !isOpen).length);
          pings.push(harness.ask({ op: 'ping' }));
          harness.clock.spend(10);
        }
        yield new OpenCommand(commandOf({ seq, nodes }));
      }
    });
    onTestFinished(() => all.mockRestore());
    const dryRun = harness.ask({ ...RETIRE, dryRun: true });
    await harness.rest();
    expect(dryRun.answer).toMatchObject({ retiring: { matched: PIECE * 3 } });
    const rises = ([first = 0, second = 0, third = 0]: readonly number[]) =>
      first < second && second < third;
    expect(walks.filter(rises)).toHaveLength(1);
  });

  test('events of a node say both whether it is drained and whether it is retired', async () => {
    const harness = await openHarness();
    const node = { op: 'node', node: 'node02' } as const;
    for (const act of ['drain', 'retire', 'undrain', 'drain', 'unretire'] as const) {
      harness.ask({ ...node, act });
      await harness.rest();
    }
    expect(
      harness.events
        .filter(([topic]) => topic === 'node.node02')
        .map(([, payload]) => payload)
        .map((payload) => [Reflect.get(payload, 'drained'), Reflect.get(payload, 'retired')]),
    ).toEqual([
      [true, false],
      [true, true],
      [false, true],
      [true, true],
      [true, false],
    ]);
    const status = harness.ask({ op: 'node', node: 'node02' });
    await harness.rest();
    expect(status.answer).toMatchObject({ nodes: { node02: { drained: {} } } });
  });
});
