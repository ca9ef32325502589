/** The commands that repair a finding. */
import { expect, test } from 'vitest';
import { commandsOf, remedyOf } from '../../src/coordinator/audit/remedy.ts';
import type { FindingKind, NodeSighting } from '../../src/protocol/answer.ts';
import type { SeenRecord } from '../../src/protocol/work.ts';

const held = (content: string): NodeSighting => ({ state: 'present', content });
const ABSENT: NodeSighting = { state: 'absent' };

function remedy(
  nodes: Readonly<Record<string, NodeSighting>>,
  given: {
    readonly kind?: FindingKind;
    readonly op?: 'create' | 'delete' | undefined;
    readonly records?: Readonly<Record<string, SeenRecord>>;
    readonly needsRecord?: boolean;
    readonly right?: string;
  } = {},
) {
  const { kind = 'missing', op = 'create', needsRecord = true, right, records = {} } = given;
  const finding = { kind, nodes, groupId: 'k' };
  return remedyOf(
    finding,
    { op: kind === 'different' ? undefined : op, records },
    { needsRecord, right },
  );
}

const records = {
  a: { text: '{"n":1}' },
  b: { text: '{"n":2}' },
  c: { fault: 'unknown' },
} as const;

test('without records a repair is one command without one, whatever the contents', () => {
  const nodes = { a: held('1'), b: ABSENT, c: held('2') };
  expect(remedy(nodes, { needsRecord: false })).toEqual({ op: 'create' });
  expect(remedy(nodes, { op: 'delete' })).toEqual({ op: 'delete' });
  expect(remedy(nodes, { kind: 'foreign', op: undefined })).toBeUndefined();
});

test('P1: of several contents none is chosen without an operator', () => {
  expect(remedy({ a: held('1'), b: held('2') }, { kind: 'different', records })).toBeUndefined();
  expect(remedy({ a: held('1'), b: held('2'), c: ABSENT }, { records })).toBeUndefined();
});

test('a missing key is made with the record of a node that has it', () => {
  expect(remedy({ a: ABSENT, b: held('2') }, { records })).toEqual({
    op: 'create',
    right: 'b',
    record: '{"n":2}',
  });
  expect(remedy({ a: ABSENT, b: ABSENT })?.error?.message).toBe('no node holds the record');
});

test('the record of the right node replaces every other content, as a delete and a create', () => {
  const nodes = { a: held('1'), b: held('2'), c: held('1'), d: ABSENT };
  const found = remedy(nodes, { records, right: 'b' });
  expect(found).toEqual({ op: 'create', right: 'b', record: '{"n":2}', replaces: ['a', 'c'] });
  const [first, second] = found === undefined ? [] : commandsOf(found, 'k');
  expect(first).toMatchObject({ op: 'delete', groupId: 'k', ensure: true });
  expect(second).toMatchObject({
    op: 'create',
    ensure: true,
    record: { text: '{"n":2}' },
    deadlineMs: 86_400_000,
  });
});

test('P10: what cannot be done says why', () => {
  const nodes = { a: held('1'), b: ABSENT, c: held('3') };
  const why = (right: string, of: Readonly<Record<string, SeenRecord>> = records) =>
    remedy(nodes, { records: of, right })?.error;
  expect(why('b')?.message).toBe('right: b does not hold the record');
  expect(why('c')).toMatchObject({
    code: 'invalid_request',
    message: expect.stringContaining('which record makes what c shows'),
  });
  expect(why('a', { a: { fault: 'full' } })?.code).toBe('busy');
});
