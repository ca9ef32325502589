/** Calls of HTTP clients in the coordinator, without sockets: what they may ask, how long they wait, what they free. */
import { expect, test, vi } from 'vitest';
import type { Call, CallReply } from '../../src/channel/door-messages.ts';
import type { Role } from '../../src/clients/role.ts';
import { Calls } from '../../src/coordinator/door/calls.ts';
import type { OperationName } from '../../src/protocol/request.ts';
import { notedLog } from '../observe/support/noted-log.ts';
import { type Harness, openHarness } from './support/harness.ts';
import { settled } from './support/reports.ts';

const COMMANDS: readonly OperationName[] = ['create', 'delete', 'batch'];
const CREATE = { op: 'create', id: 'a', groupId: '5' };
/** Of repeats of one open command, over all clients. */
const REPEATS_MAX = 10_000;

interface Made {
  readonly role?: Role;
  readonly ops?: readonly OperationName[];
  readonly key?: string;
  readonly waits?: true;
}

async function openCalls(setting = {}) {
  const harness: Harness = await openHarness(setting);
  const replies: CallReply[] = [];
  let isFull = false;
  const calls = new Calls({
    log: notedLog().log,
    isFull: () => isFull,
    clientNow: () => 7.5,
    onRequest: (request, respond) => harness.coordinator.request(request, respond),
    reply: (reply) => {
      harness.stir();
      replies.push(reply);
    },
  });
  let tickets = 0;
  const call = (body: object | string, made: Made = {}): number => {
    const { role = 'operate', ops = COMMANDS, ...more } = made;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const principal = { name: 'ann', role, proven: true };
    const asked: Call = {
      text,
      ops,
      ...more,
      ticket: ++tickets,
      caller: { client: 'ann', principal },
    };
    calls.take(asked);
    return asked.ticket;
  };
  /** The answer to a ticket, with what the door is told about it. */
  const answered = async (ticket: number) => {
    await harness.rest();
    const found = replies.filter((reply) => reply.ticket === ticket);
    expect(found.length).toBeLessThanOrEqual(1);
    const [reply] = found;
    if (reply === undefined) return undefined;
    const { ticket: _, text, ...about } = reply;
    return { ...about, answer: JSON.parse(text) };
  };
  const setFull = (value: boolean) => {
    isFull = value;
  };
  return { harness, calls, call, answered, setFull };
}

test('a call that does not wait is answered when its command is durable, and not before (P3)', async () => {
  const { harness, call, answered } = await openCalls();
  harness.journal.hold();
  const ticket = call(CREATE);
  expect(await answered(ticket)).toBeUndefined();
  harness.journal.release();
  expect(await answered(ticket)).toEqual({
    isOpen: true,
    id: 'a',
    answer: { id: 'a', op: 'create', groupId: '5', state: 'applying', elapsedMs: 0, at: 7 },
  });
});

test('a call that waits is answered with the end of its command, or as it stands when it is stopped', async () => {
  const { harness, calls, call, answered } = await openCalls();
  const [first, again] = [call(CREATE, { waits: true }), call(CREATE, { waits: true })];
  const state = call({ op: 'status', id: 'a' }, { ops: ['status'], waits: true });
  expect(await Promise.all([first, again, state].map(answered))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  calls.stop(again);
  expect(await answered(again)).toMatchObject({ isOpen: true, answer: { state: 'applying' } });
  expect(await answered(first)).toBeUndefined();
  harness.report(settled(harness, 'a'));
  for (const ticket of [first, state]) {
    const reply = await answered(ticket);
    expect(reply).toMatchObject({ id: 'a', answer: { state: 'committed' } });
    expect(reply).not.toHaveProperty('isOpen');
  }
  expect((await answered(state))?.answer).toMatchObject({ lane: 'interactive' });
});

test('a call that is stopped before its command is durable is answered when it is (P3)', async () => {
  const { harness, calls, call, answered } = await openCalls();
  harness.journal.hold();
  const ticket = call(CREATE, { waits: true });
  await harness.rest();
  calls.stop(ticket);
  expect(await answered(ticket)).toBeUndefined();
  harness.journal.release();
  expect(await answered(ticket)).toMatchObject({ isOpen: true, answer: { state: 'applying' } });
});

test('P9: a stopped call frees its waiter: ten thousand repeats later another one may wait', async () => {
  const { harness, calls, call, answered } = await openCalls();
  call(CREATE);
  await harness.rest();
  for (let count = 0; count < REPEATS_MAX; count++) {
    const ticket = call(CREATE, { waits: true });
    if (count % 1000 === 0) await harness.rest();
    calls.stop(ticket);
  }
  const last = call(CREATE, { waits: true });
  expect(await answered(last)).toBeUndefined();
  harness.report(settled(harness, 'a'));
  expect(await answered(last)).toMatchObject({ answer: { state: 'committed' } });
});

test('a batch that is stopped has the ends of some commands and the states of others', async () => {
  const { harness, calls, call, answered } = await openCalls();
  const commands = [CREATE, { op: 'create', id: 'b', groupId: '6' }, { op: 'create' }];
  const ticket = call({ op: 'batch', commands }, { waits: true });
  await harness.rest();
  harness.report(settled(harness, 'a'));
  expect(await answered(ticket)).toBeUndefined();
  calls.stop(ticket);
  expect(await answered(ticket)).toMatchObject({
    isOpen: true,
    answer: {
      results: [
        { state: 'committed' },
        { state: 'applying' },
        { error: { field: 'commands.2.groupId' } },
      ],
      at: 7,
    },
  });
});

test('a daemon that stops answers a call that waits, for a command or for its end', async () => {
  const { harness, call, answered } = await openCalls();
  const tickets = [
    call(CREATE, { waits: true }),
    call({ op: 'status', id: 'a' }, { ops: ['status'], waits: true }),
  ];
  await harness.rest();
  await harness.coordinator.close();
  for (const ticket of tickets) {
    expect(await answered(ticket)).toMatchObject({ code: 'draining', answer: { id: 'a' } });
  }
});

type Wrong = readonly [string, object | string, Made, string | undefined, string];
const WRONG: readonly Wrong[] = [
  ['a token in the body', { ...CREATE, auth: 'lsk_x' }, {}, 'auth', 'auth is not a field here'],
  [
    'an operation of another path',
    { op: 'list' },
    {},
    'op',
    'op must be one of create, delete, batch here, not "list"',
  ],
  ['an operation that is none', { op: 'creat', groupId: '5' }, {}, 'op', 'unknown op "creat"'],
  [
    'two ids',
    CREATE,
    { key: 'b' },
    'Idempotency-Key',
    'Idempotency-Key and the id of the request differ',
  ],
  [
    'an id for a batch',
    { op: 'batch', commands: [CREATE] },
    { key: 'b' },
    'Idempotency-Key',
    'Idempotency-Key is not for a batch',
  ],
  ['a member that stands twice', '{"op":"create","op":"delete"}', {}, 'op', '"op" is given twice'],
  ['no object', '[]', { key: 'b' }, undefined, 'the request must be a JSON object, not an array'],
  ['nothing', '', {}, undefined, 'the request is empty'],
];

test.each(WRONG)(
  'P10: %s is an error that names its field',
  async (_, ...[body, made, field, message]) => {
    const { call, answered } = await openCalls();
    const reply = await answered(call(body, made));
    expect(reply?.code).toBe('invalid_request');
    expect([reply?.answer.error.field, reply?.answer.error.message]).toEqual([field, message]);
  },
);

test('the id in the header is that of the command', async () => {
  const { call, answered } = await openCalls();
  const reply = await answered(call({ op: 'create', groupId: '5' }, { key: 'b' }));
  expect(reply).toMatchObject({ id: 'b', answer: { id: 'b', groupId: '5' } });
});

test('a role that may not is refused, and counted', async () => {
  const { calls, call, answered } = await openCalls();
  const reply = await answered(call(CREATE, { role: 'read' }));
  expect(reply).toMatchObject({
    code: 'unauthorised',
    answer: {
      error: {
        message: 'the client ann has the role read: the role commands or operate is needed',
      },
    },
  });
  expect(calls.errors).toEqual({ unauthorised: 1 });
});

test('P9: while the daemon has enough to do no call is read, and a client that leaves meanwhile waits for nothing', async () => {
  const { harness, calls, call, answered, setFull } = await openCalls();
  setFull(true);
  const [first, second] = [
    call(CREATE),
    call({ op: 'create', id: 'b', groupId: '6' }, { waits: true }),
  ];
  expect(await answered(first)).toBeUndefined();
  expect(harness.journal.snapshot().rows.size).toBe(0);
  calls.stop(second);
  setFull(false);
  expect(await answered(first)).toMatchObject({ answer: { state: 'applying' } });
  expect(await answered(second)).toMatchObject({ answer: { id: 'b', state: 'applying' } });
});

test('P9: calls that cost much are read in pieces, and the loop turns between', async () => {
  const { call, answered } = await openCalls();
  const costly = `${' '.repeat(1024 * 1024)}{}`;
  let turns = 0;
  const turning = setInterval(() => turns++, 1);
  const tickets = Array.from({ length: 10 }, () => call(costly));
  await vi.waitFor(async () => expect(await answered(tickets.at(-1) ?? 0)).toBeDefined(), 30_000);
  clearInterval(turning);
  expect(turns).toBeGreaterThan(3);
});
