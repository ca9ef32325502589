import { expect, test } from 'vitest';
import type { NodeReply, NodeRequest } from '../../src/core/model.ts';
import { publicDetail } from '../../src/executor/public-detail.ts';

const create: NodeRequest = { kind: 'create', token: '1.5' };
const restoring: NodeRequest = { kind: 'create', token: '1.5', body: '{"email":"zoe"}' };
const remove: NodeRequest = { kind: 'delete' };
const read: NodeRequest = { kind: 'read' };
const reply = (kind: NodeReply['kind'], detail: string): NodeReply => ({ kind, detail });

test.each([
  {
    what: 'a read that shows the record',
    of: read,
    answer: reply('present', '200 {"a":1}'),
    seen: '200',
  },
  {
    what: 'a delete that returns it',
    of: remove,
    answer: reply('applied', '200 {"a":1}'),
    seen: '200',
  },
  {
    what: 'a create of one',
    of: create,
    record: '{"a":1}',
    answer: reply('unsure', '500 no: {"a":1}'),
    seen: '500',
  },
  {
    what: 'one that is made again',
    of: restoring,
    answer: reply('refused', '422 {"a":1}'),
    seen: '422',
  },
  {
    what: 'no reply to it',
    of: create,
    record: '{}',
    answer: reply('unsent', 'ECONNREFUSED'),
    seen: 'ECONNREFUSED',
  },
  {
    what: 'a create of a key alone',
    of: create,
    answer: reply('unsure', '500 disk full'),
    seen: '500 disk full',
  },
  {
    what: 'a read that fails',
    of: read,
    answer: reply('unreadable', '503 busy'),
    seen: '503 busy',
  },
])('P10: of $what others see no content', ({ of, record, answer, seen }) => {
  const subject = { id: 'a', groupId: '5', ...(record === undefined ? {} : { record }) };
  expect(publicDetail(subject, of, answer)).toBe(seen);
});
