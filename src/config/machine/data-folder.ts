/**
 * Makes the data folder before anything else. One folder at a time: Node's own call for all missing
 * ones never ends in some places (/proc), and names no folder in others.
 */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf, messageOf } from '../../base/error-fields.ts';
import { isWritableByAll, PRIVATE_FOLDER } from '../../files/private-file.ts';
import type { Problem } from '../problem.ts';

/** Not the faults that need no other setting (rights, a disk): the journal reports those better. */
const WRONG_PLACE = ['ENOTDIR', 'EEXIST', 'ENOENT'];

/** @param source the source of the setting; undefined if the folder exists now */
export function makeDataFolder(folder: string, source: string): Problem | undefined {
  try {
    for (const each of missing(folder)) mkdirSync(each, { mode: PRIVATE_FOLDER });
  } catch (error) {
    const [code, message] = [codeOf(error), messageOf(error)];
    return code !== undefined && WRONG_PLACE.includes(code) ? problem(source, message) : undefined;
  }
  return misplaced(folder, source);
}

/** The same without making it: a file is in its place, or above it. */
export function misplaced(folder: string, source: string): Problem | undefined {
  const [first] = missing(folder);
  const there = first === undefined ? folder : dirname(first);
  if (!statSync(there).isDirectory()) return problem(source, `${there} is a file`);
  if (first !== undefined || !isWritableByAll(folder)) return undefined;
  return {
    source,
    message: `names ${folder}, in which all users of this machine may replace files`,
    hint: `Choose a folder in it, which the daemon makes, or: chmod o-w ${folder}`,
  };
}

/** The outermost first. */
function missing(folder: string): readonly string[] {
  if (existsSync(folder)) return [];
  return [...missing(dirname(folder)), folder];
}

function problem(source: string, why: string): Problem {
  return { source, message: `names a place where no folder can be made: ${why}` };
}
