/**
 * `node tools/page/main.ts FOLDER`: builds the live page of `src/page` into FOLDER. Names of assets have a hash of their
 * content, so that browsers keep them for good; each file has its compressed forms (`.gz`, `.br`) beside it.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, parse, resolve } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '../..');
const SOURCE = join(ROOT, 'src/page');
/** Packages that the page contains: their licences go with it. */
const CONTAINED = ['preact', '@preact/signals', '@preact/signals-core'];
const [folder = join(ROOT, 'dist/page')] = process.argv.slice(2);

const { outputFiles } = await build({
  entryPoints: ['main.tsx', 'styles/page.css', 'icon.svg'].map((name) => join(SOURCE, name)),
  outdir: folder,
  entryNames: '[name]-[hash]',
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['chrome123', 'firefox128', 'safari18'],
  loader: { '.svg': 'copy' },
  legalComments: 'none',
  write: false,
});
const assets = new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]));
mkdirSync(folder, { recursive: true });
for (const [name, content] of assets) write(name, content);
write('index.html', Buffer.from(documentOf([...assets.keys()])));
write('licences.txt', Buffer.from(CONTAINED.map(licenceOf).join('\n')));

/** The document names its assets as the source has them, without a hash. */
function documentOf(names: readonly string[]): string {
  const text = readFileSync(join(SOURCE, 'index.html'), 'utf8');
  return text.replaceAll(/(?<=(?:href|src)=")[\w.-]+(?=")/g, (name) => {
    const { name: stem, ext } = parse(name);
    const built = names.find((each) => each.startsWith(`${stem}-`) && each.endsWith(ext));
    if (built === undefined)
      throw new Error(`src/page/index.html names ${name}, which is not built`);
    return `/assets/${built}`;
  });
}

function licenceOf(name: string): string {
  const text = readFileSync(join(ROOT, 'node_modules', name, 'LICENSE'), 'utf8');
  return `${name}\n\n${text}\n`;
}

function write(name: string, content: Uint8Array): void {
  writeFileSync(join(folder, name), content);
  writeFileSync(join(folder, `${name}.gz`), gzipSync(content, { level: 9 }));
  writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content));
}
