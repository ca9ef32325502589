/** Members of a record, taken out of its text: the others mean what they meant. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mapMembers } from '../../src/node/dialect/members.ts';

const NAMES = fc.oneof(
  fc.constantFrom('id', '__proto__', 'a"b', 'a\\', 'z\u00fc', '\u20ac', '', '{', '],"'),
  fc.string({ unit: 'binary' }),
);
const RECORD = fc.dictionary(NAMES, fc.jsonValue(), { maxKeys: 8 });
const SPACE = fc.constantFrom(undefined, 1, '\t');

function parsed(text: string): readonly (readonly [string, unknown])[] {
  return Object.entries(JSON.parse(text) as object).sort(([a], [b]) => (a < b ? -1 : 1));
}

test('what is kept means what it meant, however the record is written, as text and as bytes', () => {
  fc.assert(
    fc.property(RECORD, SPACE, fc.func(fc.boolean()), (record, space, isKept) => {
      const body = JSON.stringify(record, undefined, space);
      const mapped = mapMembers({ body }, isKept);
      const kept = Object.entries(record).filter(([name]) => isKept(name));
      expect(parsed(mapped.body)).toEqual(parsed(JSON.stringify(Object.fromEntries(kept))));
      const bytes = Buffer.from(body).toString('base64');
      const same = mapMembers({ body: bytes, encoding: 'base64' }, isKept);
      expect(Buffer.from(same.body, 'base64').toString()).toBe(mapped.body);
    }),
  );
});
