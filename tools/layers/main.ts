/** `node tools/layers/main.ts [project]`: checks the layer rule; exit 1 if it is broken. */
import { resolve } from 'node:path';
import { RULES } from './rules.ts';
import { survey } from './survey.ts';

const root = resolve(process.argv[2] ?? resolve(import.meta.dirname, '..', '..'));
const { files, imports, faults } = survey(root, RULES);
for (const fault of faults) console.error(fault);
console.log(`layers: ${files} files, ${imports} imports, ${faults.length} faults`);
process.exitCode = faults.length > 0 ? 1 : 0;
