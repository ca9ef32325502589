import { describe, expect, test } from 'vitest';
import { parseRequest, parseValue } from '../../src/protocol/parse-request.ts';

const deep = (depth: number, open: string, close: string) =>
  open.repeat(depth) + close.repeat(depth);
const create = (fields: string) => `{"op":"create",${fields}}`;

/** What is sent, the field the error must name, and what it must say. */
const BAD: readonly [
  what: string,
  frame: string | Uint8Array,
  field: string | undefined,
  says: RegExp,
][] = [
  ['an empty frame', '', undefined, /request is empty/],
  ['text that is not JSON', 'hello', undefined, /request is not JSON/],
  ['JSON that breaks off', '{"op":"ping"', undefined, /request is not JSON/],
  ['two documents in one frame', '{"op":"ping"}{"op":"ping"}', undefined, /not JSON/],
  ['NaN', create('"groupId":"5","deadlineMs":NaN'), undefined, /not JSON/],
  ['raw control characters in a string', create('"groupId":"a\nb"'), undefined, /not JSON/],
  ['bytes that are not UTF-8', new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), undefined, /not UTF-8/],
  [
    'a surrogate encoded as UTF-8',
    new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]),
    undefined,
    /not UTF-8/,
  ],
  ['a byte order mark', '\uFEFF{"op":"ping"}', undefined, /byte order mark/],
  ['UTF-16', Buffer.from('{"op":"ping"}', 'utf16le'), undefined, /not JSON/],
  ['null', 'null', undefined, /object, not null/],
  ['a number', '5', undefined, /object, not a number/],
  ['a string', '"create"', undefined, /object, not a string/],
  ['an array', '[{"op":"ping"}]', undefined, /object, not an array/],
  ['brackets a million deep, unclosed', '['.repeat(1_000_000), undefined, /nests deeper than 100/],
  ['brackets a million deep, closed', deep(1_000_000, '[', ']'), undefined, /nests deeper/],

  ['no op', '{}', 'op', /op is missing/],
  ['an op that is no string', '{"op":7}', 'op', /op must be a string, not a number/],
  ['an unknown op', '{"op":"explode"}', 'op', /unknown op "explode"/],
  ['an op in capitals', '{"op":"CREATE"}', 'op', /unknown op "CREATE"/],
  ['the op `constructor`', '{"op":"constructor"}', 'op', /unknown op "constructor"/],
  ['the op `__proto__`', '{"op":"__proto__"}', 'op', /unknown op "__proto__"/],
  ['an op behind `__proto__`', '{"__proto__":{"op":"ping"}}', 'op', /op is missing/],

  ['an unknown field', create('"groupId":"5","color":"red"'), 'color', /unknown field "color"/],
  ['a mistyped field', create('"groupID":"5"'), 'groupID', /unknown field "groupID"/],
  [
    'the field `__proto__`',
    create('"groupId":"5","__proto__":{"ensure":true}'),
    '__proto__',
    /unknown field/,
  ],
  [
    'the field `constructor`',
    create('"groupId":"5","constructor":1'),
    'constructor',
    /unknown field/,
  ],
  [
    'an unknown field a million deep',
    create(`"groupId":"5","x":${deep(1_000_000, '[', ']')}`),
    'x',
    /nests deeper than 100 levels/,
  ],
  ['a field of another op', '{"op":"ping","id":"7"}', 'id', /unknown field "id"/],

  ['no key', '{"op":"create"}', 'groupId', /groupId is missing/],
  ['a key that is a number', create('"groupId":5'), 'groupId', /must be a string, not a number/],
  ['a key that is null', create('"groupId":null'), 'groupId', /must be a string, not null/],
  [
    'a key a million brackets deep',
    create(`"groupId":${deep(1_000_000, '[', ']')}`),
    'groupId',
    /nests deeper than 100 levels/,
  ],
  ['a key 90 brackets deep', create(`"groupId":${deep(90, '[', ']')}`), 'groupId', /not an array/],
  ['an empty key', create('"groupId":""'), 'groupId', /must not be empty/],
  ['the key `.`', create('"groupId":"."'), 'groupId', /must not be "\."/],
  ['the key `..`', create('"groupId":".."'), 'groupId', /must not be "\.\."/],
  ['a key with NUL', create('"groupId":"a\\u0000b"'), 'groupId', /control character/],
  ['a key with a newline', create('"groupId":"a\\nb"'), 'groupId', /control character/],
  ['a key with DEL', create('"groupId":"a\\u007fb"'), 'groupId', /control character/],
  ['a key with a C1 control', create('"groupId":"a\\u0085b"'), 'groupId', /control character/],
  [
    'a key with a lone high surrogate',
    create('"groupId":"a\\ud83db"'),
    'groupId',
    /lone surrogate/,
  ],
  ['a key with a lone low surrogate', create('"groupId":"\\ude00"'), 'groupId', /lone surrogate/],
  [
    'a key of 257 characters',
    create(`"groupId":"${'x'.repeat(257)}"`),
    'groupId',
    /longer than 256/,
  ],
  ['a key of 257 emoji', create(`"groupId":"${'😀'.repeat(257)}"`), 'groupId', /longer than 256/],

  ['an empty id', create('"groupId":"5","id":""'), 'id', /id must not be empty/],
  [
    'an id of 201 characters',
    create(`"groupId":"5","id":"${'x'.repeat(201)}"`),
    'id',
    /longer than 200/,
  ],
  [
    'an id with a control character',
    create('"groupId":"5","id":"a\\tb"'),
    'id',
    /control characters/,
  ],
  [
    'an id that is a number',
    create('"groupId":"5","id":7'),
    'id',
    /must be a string, not a number/,
  ],

  ['a deadline of 0', create('"groupId":"5","deadlineMs":0'), 'deadlineMs', /at least 1, not 0/],
  [
    'a deadline below 0',
    create('"groupId":"5","deadlineMs":-1'),
    'deadlineMs',
    /at least 1, not -1/,
  ],
  ['a broken deadline', create('"groupId":"5","deadlineMs":1.5'), 'deadlineMs', /whole number/],
  [
    'a deadline in quotes',
    create('"groupId":"5","deadlineMs":"30000"'),
    'deadlineMs',
    /a number, not a string/,
  ],
  [
    'a deadline over a day',
    create('"groupId":"5","deadlineMs":86400001'),
    'deadlineMs',
    /at most 86400000/,
  ],
  [
    'a deadline over 2^53',
    create('"groupId":"5","deadlineMs":9007199254740993'),
    'deadlineMs',
    /at most 86400000/,
  ],
  [
    'a deadline beyond all numbers',
    create('"groupId":"5","deadlineMs":1e400'),
    'deadlineMs',
    /not Infinity/,
  ],
  [
    'a lane that is none',
    create('"groupId":"5","lane":"fast"'),
    'lane',
    /"interactive" or "bulk", not "fast"/,
  ],
  [
    'a wait that is none',
    create('"groupId":"5","wait":"never"'),
    'wait',
    /"settled" or "accepted"/,
  ],
  [
    'an ensure in quotes',
    create('"groupId":"5","ensure":"true"'),
    'ensure',
    /true or false, not a string/,
  ],
  [
    'an ifUnavailable that is none',
    create('"groupId":"5","ifUnavailable":1'),
    'ifUnavailable',
    /"reject" or "wait", not a number/,
  ],

  ['a status of an id that is a number', '{"op":"status","id":7}', 'id', /must be a string/],
  ['a retry without an id', '{"op":"retry"}', 'id', /id is missing/],
  ['a cancel without an id', '{"op":"cancel"}', 'id', /id is missing/],
  [
    'a cancel of an id and a filter',
    '{"op":"cancel","id":"a","filter":{}}',
    'filter',
    /filter cannot be combined with an id/,
  ],
  [
    'a dry run of one command',
    '{"op":"cancel","id":"a","dryRun":true}',
    'dryRun',
    /dryRun needs a filter/,
  ],
  [
    'an unknown field of a filter',
    '{"op":"retry","filter":{"key":"5"}}',
    'filter.key',
    /unknown field "key"/,
  ],
  [
    'a filter that is a list',
    '{"op":"retry","filter":[]}',
    'filter',
    /filter must be an object, not an array/,
  ],
  ['an abandon without an id', '{"op":"abandon"}', 'id', /id is missing/],
  [
    'a list of an unknown state',
    '{"op":"list","state":"done"}',
    'state',
    /state must be "accepted", /,
  ],
  [
    'a list of several states, one unknown',
    '{"op":"list","state":["refused","done"]}',
    'state.1',
    /not "done"/,
  ],
  ['a list of no states', '{"op":"list","state":[]}', 'state', /must not be empty/],
  ['a list by a state that is a number', '{"op":"list","state":5}', 'state', /not a number/],
  ['a page of 0', '{"op":"list","limit":0}', 'limit', /at least 1/],
  ['a page of 1,001', '{"op":"list","limit":1001}', 'limit', /at most 1000/],
  ['a cursor of somebody else', '{"op":"list","cursor":"../x"}', 'cursor', /not a cursor/],
  ['a batch without commands', '{"op":"batch"}', 'commands', /commands is missing/],
  ['a batch of none', '{"op":"batch","commands":[]}', 'commands', /must not be empty/],
  ['a batch of an object', '{"op":"batch","commands":{}}', 'commands', /an array, not an object/],
  [
    'a batch of 10,001',
    `{"op":"batch","commands":[${'1,'.repeat(10_000)}1]}`,
    'commands',
    /more than 10000/,
  ],
];

describe('P10: bad input gets an error that names the field', () => {
  test.each(BAD)('%s', (...[, frame, field, says]) => {
    const parsed = parseRequest(typeof frame === 'string' ? Buffer.from(frame) : frame);
    if (parsed.ok) expect.unreachable('it was taken for a good request');
    const { error } = parsed.reply;
    expect(error.code).toBe('invalid_request');
    expect(error.field).toBe(field);
    expect(error.message).toMatch(says);
    expect(error.hint.length).toBeGreaterThan(10);
    expect(JSON.stringify(parsed.reply).length).toBeLessThan(1000);
  });

  test.each([
    ['an op', '{"op":"craete"}', 'create'],
    ['a field', create('"groupId":"5","deadlineMS":5'), 'deadlineMs'],
    ['a lane', create('"groupId":"5","lane":"blk"'), 'bulk'],
    ['a state', '{"op":"list","state":"rolledback"}', 'rolled_back'],
  ])('a mistyped name is answered with the right one: %s', (_what, frame, right) => {
    const parsed = parseRequest(Buffer.from(frame));
    if (parsed.ok) expect.unreachable('it was taken for a good request');
    expect(parsed.reply.error.hint).toBe(`Did you mean "${right}"?`);
  });

  test('the error about a number as a key shows how to write it', () => {
    const parsed = parseValue({ op: 'create', groupId: 5 });
    if (parsed.ok) expect.unreachable('it was taken for a good request');
    expect(parsed.reply.error.hint).toBe('Put it in quotes: "groupId":"5".');
  });

  test('an error about a command with an id carries the id', () => {
    const parsed = parseValue({ op: 'create', id: 'mine', groupId: '' });
    expect(parsed).toMatchObject({ ok: false, reply: { id: 'mine' } });
  });

  test('an error does not repeat an id that is itself wrong', () => {
    const parsed = parseValue({ op: 'create', id: 'x'.repeat(5000), groupId: '5' });
    expect(parsed).toMatchObject({ ok: false });
    expect(JSON.stringify(parsed).length).toBeLessThan(500);
  });

  test('text with lone surrogates comes back well-formed', () => {
    const parsed = parseRequest(Buffer.from('{"op":"ping","\\ud800":1}'));
    if (parsed.ok) expect.unreachable('it was taken for a good request');
    expect(parsed.reply.error.message.isWellFormed()).toBe(true);
    expect(parsed.reply.error.field?.isWellFormed()).toBe(true);
  });
});
