import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCommand, parseRequest, parseValue } from '../../src/protocol/parse-request.ts';
import { OPERATION_NAMES } from '../../src/protocol/request.ts';

describe('a good request', () => {
  test.each([
    '5',
    '007',
    'a/b',
    'a.b',
    '100%',
    '%2F',
    '...',
    ' ',
    'grüße',
    '😀',
    '__proto__',
    'constructor',
    'x'.repeat(256),
    '😀'.repeat(256),
  ])('may be about the key %j', (groupId) => {
    const parsed = parseRequest(Buffer.from(JSON.stringify({ op: 'create', groupId })));
    expect(parsed).toMatchObject({ ok: true, request: { op: 'create', groupId } });
  });

  test('gets the defaults of what it leaves out', () => {
    expect(parseValue({ op: 'delete', groupId: '5' })).toEqual({
      ok: true,
      request: {
        op: 'delete',
        groupId: '5',
        wait: 'settled',
        lane: 'interactive',
        ensure: false,
        ifUnavailable: 'reject',
      },
    });
    expect(parseValue({ op: 'list' })).toEqual({ ok: true, request: { op: 'list', limit: 100 } });
  });

  test('may ask for one state or several', () => {
    expect(parseValue({ op: 'list', state: 'refused' }).ok).toBe(true);
    expect(parseValue({ op: 'list', state: ['refused', 'rolled_back'] }).ok).toBe(true);
  });
});

describe('a command of a batch', () => {
  test('is reported by its place', () => {
    expect(parseCommand({ op: 'create' }, 3)).toMatchObject({
      ok: false,
      reply: { error: { field: 'commands.3.groupId', message: 'commands.3: groupId is missing' } },
    });
    expect(parseCommand(null, 0)).toMatchObject({
      ok: false,
      reply: { error: { field: 'commands.0' } },
    });
  });

  test('is a create or a delete, nothing else', () => {
    expect(parseCommand({ op: 'delete', groupId: '5' }, 0).ok).toBe(true);
    expect(parseCommand({ op: 'ping' }, 1)).toMatchObject({
      ok: false,
      reply: { error: { field: 'commands.1.op', hint: 'Send ping as a request of its own.' } },
    });
    expect(parseCommand({ op: 'batch', commands: [{}] }, 2).ok).toBe(false);
  });
});

/** Objects that look like requests, with anything at all in their fields. */
const nearRequests = fc.dictionary(
  fc.constantFrom('op', 'id', 'groupId', 'deadlineMs', 'state', 'commands', '__proto__', 'lane'),
  fc.oneof(fc.constantFrom<unknown>(...OPERATION_NAMES, 'bulk', 5, 1e308), fc.anything()),
);

describe('P10: reading a frame never throws', () => {
  test('whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(typeof parseRequest(bytes).ok).toBe('boolean');
      }),
      { numRuns: 3000 },
    );
  });

  test('whatever the JSON is', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        expect(parseRequest(Buffer.from(text)).ok).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  test('and every refusal is a bounded `invalid_request` with a hint', () => {
    fc.assert(
      fc.property(nearRequests, (value) => {
        const parsed = parseValue(value);
        if (parsed.ok) return;
        expect(parsed.reply.error.code).toBe('invalid_request');
        expect(parsed.reply.error.hint).not.toBe('');
        expect(JSON.stringify(parsed.reply).length).toBeLessThan(2000);
      }),
      { numRuns: 3000 },
    );
  });
});
