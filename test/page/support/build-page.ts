/** The live page, built from its sources. */
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const BUILD = resolve(import.meta.dirname, '../../../tools/page/main.ts');

/** @param folder an absolute path */
export function buildPage(folder: string): URL {
  execFileSync(process.execPath, [BUILD, folder]);
  return pathToFileURL(`${folder}/`);
}
