/**
 * A first seed from the sources themselves: the same sources meet the same histories on every machine, so that a verdict
 * can be repeated; any change meets new ones.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const FOLDERS = ['src', 'test/simulation'];

/** @returns a whole number below 2^32 */
export function seedOfSources(): number {
  const sum = createHash('sha256');
  for (const folder of FOLDERS) {
    for (const file of sourcesIn(join(ROOT, folder)))
      sum.update(file).update(readFileSync(join(ROOT, folder, file)));
  }
  return sum.digest().readUInt32BE();
}

function sourcesIn(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.ts')).sort();
}
