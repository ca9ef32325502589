/** Dialects with a place for the record of a create. */
import { describe, expect, test } from 'vitest';
import { faultsOf, withDialect } from './dialect-in.ts';
import { settingsOf } from './load-in.ts';

describe('P10: a place of a record that cannot be filled is refused at the start', () => {
  test.each<[object, string]>([
    [
      { extends: 'challenge', create: { body: { json: { id: '{key}', a: 'a {record.b}' } } } },
      '.create.body holds {record.b}: places here are {key}, {id}, {node}, and, as a whole text of JSON, ' +
        '{key:number}, {record} and {record.NAME}',
    ],
    [
      { extends: 'challenge', create: { body: { json: { id: '{key}', '{record}': 1 } } } },
      '.create.body holds {record} as the name of a member: it is a value',
    ],
    [
      {
        extends: 'challenge',
        create: { body: { json: { id: '{key}', a: '{record}' } } },
        delete: { restore: 'template' },
      },
      '.delete.restore is "template", but create.body holds {record}: a record that was deleted has content, ' +
        'which the template alone does not restore',
    ],
    [
      { extends: 'challenge', delete: { body: { json: ['{key}', '{record}'] } } },
      '.delete.body holds {record}: only a create has one',
    ],
    [
      { extends: 'challenge', record: { key: '/groupId', content: '/data' } },
      '.record.content compares records, but create.body has no place for {record}',
    ],
  ])('%j', (mine, fault) => {
    expect(faultsOf(mine)).toEqual([fault]);
  });
});

test.each(['/data', '', 'text', { email: '/data/mail' }, null])(
  'content %j says where a read shows a record',
  (content) => {
    const create = { body: { json: { groupId: '{key}', data: '{record}' } } };
    const record = { key: '/groupId', content };
    const mine = { extends: 'challenge', record, create, delete: { restore: 'exact' } };
    expect(settingsOf(withDialect(mine)).dialect.record).toMatchObject(record);
  },
);

test.each([
  { json: { groupId: '{key}', all: '{record}' } },
  { json: { groupId: '{key}', parts: ['{record.a}', '{record.b-c}'] } },
  { text: '{key}: {record.a} and {record}' },
])('%j has its places', (body) => {
  const mine = { extends: 'challenge', create: { body }, delete: { restore: 'exact' } };
  expect(settingsOf(withDialect(mine)).dialect.create.body).toEqual(body);
});
