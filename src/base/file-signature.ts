/** What tells whether a file was changed or replaced since the last look. */

interface FileStats {
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

/** Changes whenever the content of the file changes, or its rights do, or another file takes its place. */
export function fileSignature({ ino, size, mtimeMs, ctimeMs }: FileStats): string {
  return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}
