/**
 * The data folder, made before anything else is. One by one: where no folder can be made, Node's own call
 * for all that are missing never ends in some places (/proc), and names nothing in others.
 */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Problem } from '../problem.ts';

/** Not those that a person mends without another setting: rights, a disk. The journal tells them better. */
const WRONG_PLACE = ['ENOTDIR', 'EEXIST', 'ENOENT'];

/** @param source where the setting comes from; undefined if the folder is there now */
export function makeDataFolder(folder: string, source: string): Problem | undefined {
  try {
    for (const each of missing(folder)) mkdirSync(each);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code !== undefined && WRONG_PLACE.includes(code) ? problem(source, message) : undefined;
  }
  return misplaced(folder, source);
}

/** The same without making it: a file in its place, or above it. */
export function misplaced(folder: string, source: string): Problem | undefined {
  const there = dirname(missing(folder)[0] ?? `${folder}/.`);
  if (statSync(there).isDirectory()) return undefined;
  return problem(source, `${there} is a file`);
}

/** The outermost first. */
function missing(folder: string): readonly string[] {
  if (existsSync(folder)) return [];
  return [...missing(dirname(folder)), folder];
}

function problem(source: string, why: string): Problem {
  return { source, message: `names a place where no folder can be made: ${why}` };
}
