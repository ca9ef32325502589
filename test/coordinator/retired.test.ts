import { describe, expect, test } from 'vitest';
import { JournalError } from '../../src/journal/errors.ts';
import { parseRequest } from '../../src/protocol/parse-request.ts';
import { crewOf } from './support/crew.ts';
import { HandClock } from './support/hand-clock.ts';
import { type Harness, openHarness } from './support/harness.ts';
import { SimNode } from './support/sim-node.ts';

const RETIRE = { op: 'node', act: 'retire', node: 'node02', by: 'ann' } as const;
const FORCED = { ...RETIRE, force: true } as const;
const LEFT = ['node01', 'node03'];

function retireOrders({ orders }: Harness) {
  return orders.flatMap(({ order }) => (order.kind === 'retire' ? [order] : []));
}

function drivenWithout({ orders }: Harness) {
  return orders.flatMap(({ order }) =>
    order.kind === 'drive' ? [[order.command.id, order.history.retired ?? []]] : [],
  );
}

/** A coordinator whose rollback of `5` waits for node02, which is gone. */
async function stage() {
  const clock = new HandClock();
  const [node01, node02, node03] = [new SimNode(clock), new SimNode(clock), new SimNode(clock)];
  const harness = await openHarness({ clock, executors: 1, concurrency: 64 });
  crewOf(harness, { node01, node02, node03 }, { count: 1 });
  node02.otherwise = () => 'lost';
  const asked = harness.ask({ op: 'create', id: 'undone', groupId: '5', deadlineMs: 1000 });
  await harness.advance(90_000);
  expect(asked.isOpen).toBe(true);
  return { harness, node01, asked };
}

describe('a node that is retired', () => {
  test('P1, P5: a rollback that waited for it ends, and says so', async () => {
    const { harness, asked } = await stage();
    const retire = harness.ask(FORCED);
    await harness.advance(1000);
    expect(retire.answer).toMatchObject({
      nodes: { node02: { configured: true, retired: { by: 'ann (unverified)' } } },
      retiring: {
        matched: 1,
        counts: { rolls_back: 1 },
        commands: [
          {
            id: 'undone',
            op: 'create',
            groupId: '5',
            course: 'rolls_back',
            others: LEFT,
            mayDiffer: true,
          },
        ],
      },
    });
    expect(asked.answer).toMatchObject({
      state: 'rolled_back',
      reason: 'deadline',
      nodes: {
        node01: { state: 'absent' },
        node02: { state: 'unknown', retired: true },
        node03: { state: 'absent' },
      },
    });
    const story = harness.ask({ op: 'status', id: 'undone', story: true });
    await harness.rest();
    expect(story.answer).toMatchObject({
      story: expect.arrayContaining([
        expect.objectContaining({ step: 'act', act: 'retire node02', by: 'ann (unverified)' }),
      ]),
    });
  });

  test('P3: the act is in the trail with what it meant for commands', async () => {
    const { harness } = await stage();
    harness.ask(FORCED);
    await harness.rest();
    const acts = harness.ask({ op: 'acts', act: 'node_retire' });
    await harness.rest();
    expect(acts.answer).toMatchObject({
      acts: [
        {
          act: 'node_retire',
          on: 'node02',
          outcome: 'done',
          matched: 1,
          results: { rolls_back: 1 },
        },
      ],
    });
  });

  test('a dry run says the same, and does nothing', async () => {
    const { harness, asked } = await stage();
    const retire = harness.ask({ ...FORCED, dryRun: true });
    const acts = harness.ask({ op: 'acts' });
    await harness.advance(1000);
    expect(retire.answer).toMatchObject({
      nodes: { node02: { configured: true } },
      retiring: { matched: 1, counts: { rolls_back: 1 } },
    });
    expect(retire.answer).not.toHaveProperty('nodes.node02.retired');
    expect(asked.isOpen).toBe(true);
    expect(acts.answer).toEqual({ acts: [] });
    expect(retireOrders(harness)).toEqual([]);
  });

  test('P3: nobody goes on without it before that is durable; if it cannot be, nobody does', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'create', id: 'a', groupId: 'a', wait: 'accepted' });
    await harness.rest();
    harness.journal.keep = () =>
      Promise.reject(new JournalError('the disk is full', { code: 'full' }));
    const retire = harness.ask(FORCED);
    await harness.rest();
    expect(retire.answer).toMatchObject({ error: { code: 'unavailable' } });
    expect(retireOrders(harness)).toEqual([]);
    const ping = harness.ask({ op: 'ping' });
    await harness.rest();
    expect(ping.answer).toMatchObject({ accepting: true });
  });

  test('is refused as long as the node answers, unless it is drained, its breaker is open, or by force', async () => {
    const harness = await openHarness();
    const refused = harness.ask(RETIRE);
    await harness.rest();
    expect(refused.answer).toMatchObject({
      error: {
        code: 'invalid_request',
        field: 'node',
        hint: expect.stringContaining('drain node02'),
      },
    });
    harness.ask({ op: 'node', act: 'drain', node: 'node02' });
    await harness.rest();
    const drained = harness.ask({ ...RETIRE, dryRun: true });
    await harness.rest();
    expect(drained.answer).toMatchObject({ retiring: { matched: 0 } });
    harness.ask({ op: 'breaker', act: 'open', node: 'node03' });
    await harness.rest();
    const away = harness.ask({ ...RETIRE, node: 'node03', dryRun: true });
    const unknown = harness.ask({ ...FORCED, node: 'node09' });
    await harness.rest();
    expect(away.answer).toMatchObject({ retiring: { matched: 0 } });
    expect(unknown.answer).toMatchObject({ error: { code: 'invalid_request', field: 'node' } });
  });

  test.each(['dryRun', 'force'])(
    'P3: %s of another act on a node is an error, and nothing is done',
    (field) => {
      for (const act of ['drain', 'undrain', 'unretire']) {
        const request = { op: 'node', act, node: 'node02', [field]: true };
        expect(parseRequest(Buffer.from(JSON.stringify(request)))).toMatchObject({
          ok: false,
          reply: { error: { code: 'invalid_request', field } },
        });
      }
    },
  );

  test('the last node is never retired', async () => {
    const harness = await openHarness();
    harness.ask(FORCED);
    harness.ask({ ...FORCED, node: 'node03' });
    const last = harness.ask({ ...FORCED, node: 'node01' });
    await harness.rest();
    expect(last.answer).toMatchObject({
      error: { code: 'invalid_request', message: 'node01 is the last node' },
    });
  });

  test('new commands are refused while it is configured, also those that would wait, until it is taken back', async () => {
    const harness = await openHarness();
    harness.ask(FORCED);
    await harness.rest();
    const refused = harness.ask({ op: 'create', groupId: '1', ifUnavailable: 'wait' });
    await harness.rest();
    expect(refused.answer).toMatchObject({
      error: {
        code: 'unavailable',
        message: 'node02 is retired, and still configured',
        hint: expect.stringContaining('out of the configuration'),
      },
    });
    const taken = harness.ask({ op: 'node', act: 'unretire', node: 'node02' });
    await harness.rest();
    harness.ask({ op: 'create', id: 'new', groupId: '1', wait: 'accepted' });
    await harness.rest();
    expect(taken.answer).toEqual({ nodes: { node02: { configured: true } } });
    expect(drivenWithout(harness)).toEqual([['new', []]]);
    expect(harness.events.filter(([topic]) => topic === 'node.node02')).toMatchObject([
      ['node.node02', { retired: true }],
      ['node.node02', { retired: false }],
    ]);
  });

  test('commands that waited for the drained node, whose breaker is open, begin without it', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'node', act: 'drain', node: 'node02' });
    harness.ask({ op: 'breaker', act: 'open', node: 'node02' });
    await harness.rest();
    harness.ask({ op: 'create', id: 'waits', groupId: '1', wait: 'accepted' });
    await harness.rest();
    expect(harness.driven).toEqual([]);
    const retire = harness.ask(RETIRE);
    await harness.rest();
    expect(retire.answer).toMatchObject({ retiring: { counts: { begins: 1 } } });
    expect(drivenWithout(harness)).toEqual([['waits', ['node02']]]);
  });

  test('P5: a restart without the node: its commands go on without it, and a later node of the name is another', async () => {
    const first = await openHarness({ concurrency: 1 });
    first.ask({ op: 'create', id: 'begun', groupId: '1', wait: 'accepted' });
    first.ask({ op: 'delete', id: 'waits', groupId: '2', wait: 'accepted' });
    first.ask(FORCED);
    await first.rest();
    const { clock, journal } = first;
    const without = await openHarness({ clock, nodeNames: LEFT, from: journal.snapshot() });
    await without.rest();
    expect(Object.fromEntries(drivenWithout(without))).toEqual({
      begun: ['node02'],
      waits: ['node02'],
    });
    const [status, nodes] = [without.ask({ op: 'status' }), without.ask({ op: 'node' })];
    without.ask({ op: 'create', id: 'two', groupId: '3', wait: 'accepted' });
    await without.advance(5000);
    expect(status.answers).not.toContainEqual(
      expect.objectContaining({ missingNodes: expect.anything() }),
    );
    expect(nodes.answer).toMatchObject({
      nodes: { node02: { configured: false, open: 2, retired: {} } },
    });
    const again = await openHarness({ clock, from: without.journal.snapshot() });
    again.ask({ op: 'create', id: 'three', groupId: '4', wait: 'accepted' });
    await again.rest();
    expect(drivenWithout(again)).toContainEqual(['begun', ['node02']]);
    expect(drivenWithout(again)).toContainEqual(['three', []]);
  });

  test('is forgotten by a start without it, when no command names it any more', async () => {
    const first = await openHarness();
    first.ask(FORCED);
    await first.rest();
    expect([...(await first.journal.kept()).keys()]).toContain('retire/node02');
    const next = await openHarness({ nodeNames: LEFT, from: first.journal.snapshot() });
    expect([...(await next.journal.kept()).keys()]).not.toContain('retire/node02');
  });

  test('P10: a stored value that cannot be read retires nothing, and is told', async () => {
    const first = await openHarness();
    await first.journal.keep('retire/node02', '{"since":7}');
    const next = await openHarness({ from: first.journal.snapshot() });
    const ping = next.ask({ op: 'ping' });
    await next.rest();
    expect(ping.answer).toMatchObject({ accepting: true });
    expect(next.troubles.join()).toContain('the retired node node02 is corrupt');
  });

  test('P5: a command that a node outside the configuration holds up is ended by its retirement', async () => {
    const first = await openHarness({ concurrency: 1 });
    first.ask({ op: 'create', id: 'begun', groupId: '1', wait: 'accepted' });
    await first.rest();
    const { clock, journal } = first;
    const next = await openHarness({ clock, nodeNames: LEFT, from: journal.snapshot() });
    const retire = next.ask(RETIRE);
    await next.rest();
    expect(retire.answer).toMatchObject({
      nodes: { node02: { configured: false, open: 1, retired: {} } },
      retiring: { matched: 1, counts: { goes_on: 1 } },
    });
    expect(retireOrders(next)).toEqual([{ kind: 'retire', node: 'node02', upTo: 1 }]);
  });
});
