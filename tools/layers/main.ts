/**
 * `node tools/layers/main.ts [project]`: checks the layer rule; exit 1 if it is broken. Grants that
 * nothing uses are looked for in this project alone: another one need not use all of them.
 */
import { resolve } from 'node:path';
import { unusedGrants } from './grants.ts';
import { RULES } from './rules.ts';
import { survey } from './survey.ts';

const own = resolve(import.meta.dirname, '..', '..');
const root = resolve(process.argv[2] ?? own);
const { files, imports, source, ...found } = survey(root, RULES);
const faults = [...found.faults, ...(root === own ? unusedGrants(source, RULES) : [])];
for (const fault of faults) console.error(fault);
console.log(`layers: ${files} files, ${imports} imports, ${faults.length} faults`);
process.exitCode = faults.length > 0 ? 1 : 0;
