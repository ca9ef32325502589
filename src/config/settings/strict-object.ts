/** Objects that reject unknown keys and suggest the nearest known one. */
import { z } from 'zod';
import { suggestion } from './suggestion.ts';

/** @param known the keys to suggest, if not just those of the shape */
export function strict<const Shape extends z.ZodRawShape>(
  shape: Shape,
  known: readonly string[] = Object.keys(shape),
) {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      return issue.keys.map((key) => unknownKey(key, known)).join('; ');
    },
  });
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = suggestion(key, known);
  const what = `has an unknown key ${JSON.stringify(key.slice(0, 100))}`;
  return meant === undefined
    ? `${what} (known are ${known.join(', ')})`
    : `${what} (did you mean ${JSON.stringify(meant)}?)`;
}
