/** The keys that the nodes of a dialect can hold. */
import type { Dialect } from './dialect.ts';
import { compileKeyPattern } from './key-pattern.ts';

/** Numbers that JSON, and every node that reads it, keeps exactly. */
const NUMBER = /^(?:0|[1-9]\d{0,14})$/;

/** The check returns the reason why the nodes can't hold a key; undefined: they can. */
export function keyCheck(dialect: Dialect): (key: string) => string | undefined {
  const { name, record, create, delete: remove } = dialect;
  const { pattern, bytesMax, forbidden } = dialect.keys;
  const isMatch = pattern === null ? undefined : compileKeyPattern(pattern);
  const numbers = [create.body, remove.body].some((body) =>
    JSON.stringify(body).includes('{key:number}'),
  );
  const isNumeric = record.type === 'number' || numbers;
  return (key) => {
    for (const character of forbidden) {
      if (!key.includes(character)) continue;
      return `holds ${JSON.stringify(character)}, which nodes of the ${name} dialect cannot route`;
    }
    if (isNumeric && !NUMBER.test(key))
      return `is not a number, as keys of the ${name} dialect are`;
    if (bytesMax !== null && Buffer.byteLength(key) > bytesMax) {
      return `is longer than ${bytesMax} bytes, which the ${name} dialect does not allow`;
    }
    if (isMatch === undefined || isMatch(key)) return undefined;
    return `does not match ${pattern}, the pattern of keys of the ${name} dialect`;
  };
}
