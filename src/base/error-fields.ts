/** The fields of a caught value, which may be anything. */

/** `code`, as Node.js sets it on errors of the system (`ENOENT`); undefined if there is none. */
export function codeOf(error: unknown): string | undefined {
  return textIn(error, 'code');
}

/** `syscall` of an error of the system. */
export function syscallOf(error: unknown): string | undefined {
  return textIn(error, 'syscall');
}

/** `message` of an error; any other value as text. */
export function messageOf(error: unknown): string {
  return textIn(error, 'message') ?? String(error);
}

function textIn(error: unknown, field: 'code' | 'syscall' | 'message'): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const fields: { readonly [Name in typeof field]?: unknown } = error;
  const value = fields[field];
  return typeof value === 'string' ? value : undefined;
}
