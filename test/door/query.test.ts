import { describe, expect, test } from 'vitest';
import { type Parameters, readQuery } from '../../src/door/api/query.ts';

const KNOWN: Parameters = { state: 'names', stuck: 'flag', limit: 'number', groupId: 'text' };

const membersOf = (query: string) => {
  const read = readQuery(`/v1/commands${query}`, KNOWN);
  return read.ok ? read.members : read.reply.error;
};

describe('the query of a URL', () => {
  test.each([
    ['', {}],
    ['?', {}],
    ['?&', {}],
    ['?state=accepted', { state: 'accepted' }],
    ['?state=a,b&state=c', { state: ['a', 'b', 'c'] }],
    ['?state=a&state=b', { state: ['a', 'b'] }],
    ['?stuck=true&limit=0010', { stuck: true, limit: 10 }],
    ['?groupId=a%20b+c%2C%C3%A9=&stuck=false', { groupId: 'a b c,é=', stuck: false }],
    ['?limit=5#limit=6', { limit: 5 }],
  ])('%s becomes members of a request', (query, members) => {
    expect(membersOf(query)).toEqual(members);
  });

  test.each([
    ['?stat=a', 'stat', 'unknown parameter "stat"', 'Did you mean "state"?'],
    ['?x=1', 'x', 'unknown parameter "x"', 'It is one of state, stuck, limit, groupId.'],
    ['?__proto__=1', '__proto__', 'unknown parameter "__proto__"', undefined],
    ['?limit=1&limit=2', 'limit', 'the parameter "limit" is given twice', undefined],
    ['?limit=-1', 'limit', 'the parameter "limit" must be a whole number, not "-1"', undefined],
    ['?limit=1e3', 'limit', 'the parameter "limit" must be a whole number, not "1e3"', undefined],
    ['?limit', 'limit', 'the parameter "limit" must be a whole number, not ""', undefined],
    ['?stuck=yes', 'stuck', 'the parameter "stuck" must be true or false, not "yes"', undefined],
    [
      '?groupId=%ff',
      'groupId',
      'the parameter "groupId" holds a % that begins no character of UTF-8',
      undefined,
    ],
  ])('P10: %s is an error that names the parameter', (query, ...[field, message, hint]) => {
    const more = hint === undefined ? {} : { hint };
    expect(membersOf(query)).toMatchObject({ code: 'invalid_request', field, message, ...more });
  });
});
