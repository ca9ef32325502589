/**
 * `npm run pack:client [-- FOLDER]`: the client alone, as the npm package `lockstep-client`. Writes `FOLDER/package`
 * (default `dist-client/package`) and packs it as a tarball beside it.
 *
 * The code is one CommonJS file; the ES module re-exports it, so that a program that uses both has one `ClientError`.
 * ZeroMQ stays a dependency: it has binaries. All else that the client imports is bundled, with its licence.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { type OutputChunk, rolldown } from 'rolldown';
import { manifest, type RootManifest } from './manifest.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const ENTRY = join(ROOT, 'src/client/index.ts');
const OUTPUT = resolve(process.argv[2] ?? join(ROOT, 'dist-client'));
const PACKAGE = join(OUTPUT, 'package');
/** The oldest Node.js that the package runs on. */
const NODE = '20';

rmSync(PACKAGE, { recursive: true, force: true });
mkdirSync(PACKAGE, { recursive: true });
const root = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as RootManifest;
writeFileSync(
  join(PACKAGE, 'package.json'),
  `${JSON.stringify(manifest(root, NODE), undefined, 2)}\n`,
);
copyFileSync(join(ROOT, 'LICENSE'), join(PACKAGE, 'LICENSE'));
copyFileSync(join(ROOT, 'src/client/README.md'), join(PACKAGE, 'README.md'));
const chunk = await bundle();
writeFileSync(
  join(PACKAGE, 'index.mjs'),
  `export { ${chunk.exports.join(', ')} } from './index.js';\n`,
);
writeFileSync(join(PACKAGE, 'THIRD-PARTY-LICENSES.md'), licencesOf(chunk.moduleIds));
writeTypes();
run('npm', ['pack', PACKAGE, '--pack-destination', OUTPUT, '--ignore-scripts']);

async function bundle(): Promise<OutputChunk> {
  const bundled = await rolldown({
    input: ENTRY,
    platform: 'node',
    external: [/^node:/, ...Object.keys(manifest(root, NODE).dependencies)],
    transform: { target: `node${NODE}` },
  });
  const file = join(PACKAGE, 'index.js');
  const { output } = await bundled.write({ file, format: 'cjs' });
  await bundled.close();
  return output[0];
}

function licencesOf(modules: readonly string[]): string {
  const folders = modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id) ?? []);
  const parts = [...new Set(folders)].sort().map((folder) => {
    const [file] = globSync('LICEN[CS]E*', { cwd: folder });
    if (file === undefined) throw new Error(`${folder} has no licence file`);
    const name = folder.split('/node_modules/').at(-1);
    return `## ${name}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  });
  return ['# Packages in index.js\n', ...parts].join('\n');
}

/** One tree for both forms: the package is CommonJS, and its types are named alike in both. */
function writeTypes(): void {
  const tsc = join(
    dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
    'bin/tsc',
  );
  const config = join(import.meta.dirname, 'tsconfig.json');
  run(process.execPath, [tsc, '-p', config, '--outDir', join(PACKAGE, 'types')]);
  for (const name of globSync('types/**/*.d.ts', { cwd: PACKAGE })) {
    const path = join(PACKAGE, name);
    const text = readFileSync(path, 'utf8');
    // Older compilers know no names of sources in declarations.
    writeFileSync(path, text.replace(/(['"])(\.{1,2}\/[^'"]+)\.ts\1/g, '$1$2.js$1'));
  }
  const types = "export * from './types/client/index.js';\n";
  for (const name of ['index.d.ts', 'index.d.mts']) writeFileSync(join(PACKAGE, name), types);
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
}
