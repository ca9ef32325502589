/** A key for a read that is to find nothing: nobody has created it, and nodes of this dialect can have it. */
import { randomUUID } from 'node:crypto';
import type { Dialect } from './dialect.ts';
import { keyCheck } from './keys.ts';

/** @param name the key itself, or its first part, if the dialect allows that; else one by chance */
export function unusedKey(dialect: Dialect, name?: string): string {
  const id = randomUUID();
  const named = name ?? `doctor-${id}`;
  const number = String(900_000_000_000_000 + Math.floor(Math.random() * 1e13));
  const tries = [named, id.replaceAll('-', ''), `${named}.example.`, number];
  const faultOf = keyCheck(dialect);
  return tries.find((key) => faultOf(key) === undefined) ?? `doctor-${id}`;
}
