/** A class owns its fields: those that others see are readonly, and change by its methods. */
import { parseSync, Visitor } from 'oxc-parser';
import { describe, expect, test } from 'vitest';
import { PROGRAMS, read } from './repository.ts';

/** Links that belong to a queue, which alone writes them (`Queued`, `Waiter`). */
const LINKS = [
  ...['queue', 'before', 'after'].map((name) => `OpenCommand.${name}`),
  ...['slot', 'hasLeft'].map((name) => `HttpExchange.${name}`),
];

/** Public fields that others can write, as `Class.field`. */
function writableFields(path: string, source: string): readonly string[] {
  const found: string[] = [];
  new Visitor({
    ClassDeclaration: ({ id, body }) => {
      for (const member of body.body) {
        if (member.type !== 'PropertyDefinition' || member.readonly) continue;
        if (member.key.type === 'Identifier') found.push(`${id?.name}.${member.key.name}`);
      }
    },
  }).visit(parseSync(path, source).program);
  return found;
}

describe('public fields', () => {
  test('are seen where others can write them', () => {
    const source = 'class A { #a = 1; readonly b = 1; c = 1; get d() { return 1; } }';
    expect(writableFields('a.ts', source)).toEqual(['A.c']);
  });

  test('of every class in src are readonly', () => {
    const files = PROGRAMS.filter((path) => path.startsWith('src/'));
    const found = files.flatMap((path) => writableFields(path, read(path)));
    expect(found.filter((field) => !LINKS.includes(field))).toEqual([]);
    expect(found).toEqual(expect.arrayContaining(LINKS));
  });
});
