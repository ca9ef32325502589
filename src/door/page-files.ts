/**
 * The files of the live page, read once from the build into memory: the document `index.html`, and its assets, whose
 * names hold a hash of their content. Each has compressed forms beside it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Log } from '../observe/log/log-port.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

export interface PageFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
  readonly brotli: Buffer;
}

/** By name: `index.html`, and assets with a hash in theirs. */
export type PageFiles = ReadonlyMap<string, PageFile>;

/** In `dist`, whether the daemon runs from its sources or from the build. */
const FOLDER = import.meta.url.endsWith('.ts')
  ? new URL('../../dist/page/', import.meta.url)
  : new URL('../page/', import.meta.url);

/** @returns no files if the page was not built, which is logged */
export function readPageFiles(log: Log, folder = FOLDER): PageFiles {
  if (!existsSync(folder)) {
    log.warn('the live page was not built', { folder: folder.pathname, hint: 'npm run build' });
    return new Map();
  }
  const read = (name: string): Buffer => readFileSync(new URL(name, folder));
  const names = readdirSync(folder).filter((name) => TYPES[extname(name)] !== undefined);
  return new Map(
    names.map((name) => {
      const type = TYPES[extname(name)] ?? '';
      const forms = { plain: read(name), gzip: read(`${name}.gz`), brotli: read(`${name}.br`) };
      return [name, { type, ...forms }];
    }),
  );
}
