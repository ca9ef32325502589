/**
 * The meaning of answers in a custom dialect: statuses with JSON, text and headers as their proof.
 */
import { describe, expect, test } from 'vitest';
import type { NodeRequest } from '../../src/core/model.ts';
import type { Dialect, Rule } from '../../src/node/dialect/dialect.ts';
import { type HttpReply, readReply } from '../../src/node/dialect/read-reply.ts';
import { challenge } from '../../src/node/dialects/challenge.ts';

const RECORD = '{"groupId": "5"}';

interface Case {
  readonly dialect: Dialect;
  readonly kind: NodeRequest['kind'];
  readonly groupId?: string;
}

function kindOf({ dialect, kind, groupId = '5' }: Case, http: Partial<HttpReply>): string {
  const asked = { kind, groupId, node: 'east' };
  return readReply(dialect, asked, { status: 200, body: '', at: 0, ...http }).kind;
}

/** A read that is answered 404 with this body, or these headers, and has this rule for it. */
function absence(rule: Omit<Rule, 'status'>, http: Partial<HttpReply>, groupId = '5') {
  const dialect = {
    ...challenge,
    read: { ...challenge.read, absent: [{ status: [404], ...rule }] },
  };
  return kindOf({ dialect, kind: 'read', groupId }, { status: 404, ...http }) === 'absent';
}

describe('P1: a proof is there whole, or it is none', () => {
  test.each<[Omit<Rule, 'status'>, string, boolean]>([
    [{ text: ['gone'] }, ' gone\n', true],
    [{ text: ['gone'] }, 'gone!', false],
    [{ text: ['a', 'gone'] }, 'gone', true],
    [{ text: ['*gone'] }, 'it is gone', true],
    [{ text: ['*gone'] }, 'gone it is', false],
    [{ text: ['gone*'] }, 'gone it is', true],
    [{ text: ['*gone*'] }, 'it is gone.', true],
    [{ text: ['a*b'] }, 'a b', false],
    [{ text: ['a*b'] }, 'a*b', true],
    [{ text: ['no {key} on {node}'] }, 'no 5 on east', true],
    [{ text: ['no {key} on {node}'] }, 'no 6 on east', false],
    [{ json: { '/error': ['not_found'] } }, '{"error": "not_found"}', true],
    [{ json: { '/error': ['not_found'] } }, '{"error": "not_found"', false],
    [{ json: { '/error': ['not_found'] } }, '{"errors": "not_found"}', false],
    [{ json: { '/error': ['not_found'] } }, 'not_found', false],
    [{ json: { '/code': [7, null, true] } }, '{"code": 7}', true],
    [{ json: { '/code': [7, null, true] } }, '{"code": null}', true],
    [{ json: { '/code': [7] } }, '{"code": "7"}', false],
    [{ json: { '/code': ['7'] } }, '{"code": 7}', false],
    [{ json: { '/a/0/b~1c': ['x'] } }, '{"a": [{"b/c": "x"}]}', true],
    [{ json: { '/a': ['x'], '/b': ['y'] } }, '{"a": "x"}', false],
    [{ json: { '/constructor': ['*'] } }, '{}', false],
  ])('%j and %j: %s', (rule, body, is) => {
    expect(absence(rule, { body })).toBe(is);
  });

  test('a key with stars or places in it stands for itself', () => {
    const body = 'no * here';
    expect(absence({ text: ['no {key} here'] }, { body }, '*')).toBe(true);
    expect(absence({ text: ['no {key} here'] }, { body: 'no x here' }, '*')).toBe(false);
    expect(absence({ text: ['no {key}'] }, { body: 'no {node}' }, '{node}')).toBe(true);
  });

  test('a header proves it with an empty body too, and only where it is', () => {
    const rule = { header: { 'x-node': ['{node}'] } };
    const fields = (value: string) => new Map([['x-node', ['other', value]]]);
    expect(absence(rule, { fields: fields('east') })).toBe(true);
    expect(absence(rule, { fields: fields('west') })).toBe(false);
    expect(absence(rule, {})).toBe(false);
  });
});

describe('further conditions of a rule', () => {
  const with_ = (create: Partial<Dialect['create']>, more: Partial<Dialect> = {}): Case => ({
    dialect: { ...challenge, ...more, create: { ...challenge.create, ...create } },
    kind: 'create',
  });

  test('one status has two meanings where its answers differ, and none where they fit neither', () => {
    const one = with_({
      applied: [{ status: [200], json: { '/made': [true] } }],
      exists: [{ status: [200], json: { '/made': [false] } }],
    });
    expect(kindOf(one, { body: '{"made": true}' })).toBe('applied');
    expect(kindOf(one, { body: '{"made": false}' })).toBe('perhaps');
    expect(kindOf(one, { body: '{}' })).toBe('lost');
  });

  test('a 4xx that is not what it may be is refused, as any other', () => {
    const one = with_({
      perhaps: [],
      exists: [{ status: [400], json: { '/code': ['DUPLICATE'] } }],
    });
    expect(kindOf(one, { status: 400, body: '{"code": "DUPLICATE"}' })).toBe('perhaps');
    expect(kindOf(one, { status: 400, body: '{"code": "TOO_LONG"}' })).toBe('refused');
  });

  test('P1: a success that names another key is never done, wherever the key stands', () => {
    const one = with_({ key: '/data/id' });
    const body = (id: unknown) => JSON.stringify({ data: { id } });
    expect(kindOf(one, { status: 201, body: body('5') })).toBe('applied');
    expect(kindOf(one, { status: 201, body: body('a469d6') })).toBe('misnamed');
    expect(kindOf(one, { status: 201, body: body(5) })).toBe('lost');
    const header = with_({ key: '/id', applied: [{ status: [201], header: { x: ['y'] } }] });
    const fields = new Map([['x', ['y']]]);
    expect(kindOf(header, { status: 201, fields, body: '{"id": "6"}' })).toBe('misnamed');
  });

  test('numbers are compared as numbers', () => {
    const record = { key: '/id', type: 'number' } as const;
    const create = with_({ key: '/id' }, { record });
    const read: Case = { ...create, kind: 'read' };
    for (const [id, made, found] of [
      [5, 'applied', 'present'],
      [6, 'misnamed', 'malformed'],
      ['5', 'lost', 'malformed'],
      [5.5, 'lost', 'malformed'],
    ] as const) {
      const body = JSON.stringify({ id });
      expect([id, kindOf(create, { status: 201, body })]).toEqual([id, made]);
      expect([id, kindOf(read, { body })]).toEqual([id, found]);
    }
  });

  test('P4.2: what a node has only accepted is deferred, unless it names another key or is markup', () => {
    const create = with_({ accepted: [{ status: [202] }] });
    expect(kindOf(create, { status: 202 })).toBe('deferred');
    expect(kindOf(create, { status: 202, body: '{"job": 7}' })).toBe('deferred');
    expect(kindOf(create, { status: 202, body: '{"groupId": "6"}' })).toBe('misnamed');
    expect(kindOf(create, { status: 202, body: '<html>Welcome</html>' })).toBe('lost');
    expect(kindOf(with_({}), { status: 202 })).toBe('lost');
    const accepted = [{ status: [200], json: { '/state': ['queued'] } }];
    const remove = { dialect: { ...challenge, delete: { ...challenge.delete, accepted } } };
    const body = (state: string) => JSON.stringify({ state });
    expect(kindOf({ ...remove, kind: 'delete' }, { body: body('queued') })).toBe('deferred');
    expect(kindOf({ ...remove, kind: 'delete' }, { body: body('done') })).toBe('applied');
  });

  test('verify: no success is done before a read has shown it', () => {
    const verify = 'read';
    const create = with_({ verify });
    expect(kindOf(create, { status: 201, body: 'CREATED' })).toBe('unproven');
    expect(kindOf(create, { status: 201 })).toBe('unproven');
    expect(kindOf(create, { status: 201, body: '<html>' })).toBe('lost');
    expect(kindOf(create, { status: 201, body: '{"groupId": "6"}' })).toBe('misnamed');
    const dialect = { ...challenge, delete: { ...challenge.delete, verify } } as const;
    expect(kindOf({ dialect, kind: 'delete' }, { body: 'OK' })).toBe('unproven');
  });

  test('P1: without a key in the record, only what is proven is a record; its bytes are kept', () => {
    const present = [{ status: [200], header: { 'x-node': ['{node}'] } }];
    const record = { key: null, type: 'text' } as const;
    const dialect = { ...challenge, record, read: { ...challenge.read, present } };
    const asked = { kind: 'read', groupId: '5', node: 'east' } as const;
    const fields = new Map([['x-node', ['east']]]);
    const body = ' any text\n\n';
    const answer = readReply(dialect, asked, { status: 200, body, fields, at: 0 });
    expect(answer).toMatchObject({ kind: 'present', body });
    expect(readReply(dialect, asked, { status: 200, body, at: 0 }).kind).toBe('unreadable');
    const binary = { status: 200, body: 'a\uFFFDb', bytes: 'a\xffb', fields, at: 0 };
    const encoded = Buffer.from('a\xffb', 'latin1').toString('base64');
    expect(readReply(dialect, asked, binary)).toMatchObject({ body: encoded, encoding: 'base64' });
    expect(readReply(challenge, asked, { status: 200, body: RECORD, at: 0 }).kind).toBe('present');
  });
});
