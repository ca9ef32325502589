/**
 * Finds a word in the names of a program: identifiers, properties, types, private fields, strings
 * that are one word (`kind: 'turned'`), and the path of the file itself. Prose in comments and
 * messages is not read.
 */
import { parseSync, Visitor } from 'oxc-parser';
import type { Word } from './words.ts';

export interface Name {
  readonly text: string;
  /** Counted from 1; 0 for a part of the path. */
  readonly line: number;
}

/** @param path from the root of the project */
export function namesIn(path: string, source: string): readonly Name[] {
  const { program, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`);
  const found: { readonly text: string; readonly start: number }[] = [];
  const add = ({ name: text, start }: { readonly name: string; readonly start: number }): void => {
    found.push({ text, start });
  };
  new Visitor({
    Identifier: add,
    PrivateIdentifier: add,
    Literal: ({ value, start }) => {
      if (typeof value === 'string' && /^[\w-]+$/.test(value)) found.push({ text: value, start });
    },
  }).visit(program);
  const ofPath = path.replace(/\.\w+$/, '').split('/');
  return [
    ...ofPath.map((text) => ({ text, line: 0 })),
    ...found.map(({ text, start }) => ({ text, line: source.slice(0, start).split('\n').length })),
  ];
}

/** True if the name is the word, or has it as one of its parts: `courier` in `#openCourier`. */
export function names(name: string, { old, as }: Pick<Word, 'old' | 'as'>): boolean {
  return as === 'name' ? name === old : partsOf(name).includes(old);
}

/** `FrontDoor`, `front-door` and `FRONT_DOOR` are `front` and `door`. */
function partsOf(name: string): readonly string[] {
  return name
    .split(/[_$-]+|(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/)
    .map((part) => part.toLowerCase());
}
