/** A key for a read that must find no record: it is unused, and legal for nodes of this dialect. */
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
