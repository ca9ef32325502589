/** JSON pointers (RFC 6901): the place of a member in a value. */

/** Why this is none, or undefined if it is one. */
export function pointerFault(pointer: string): string | undefined {
  if (pointer !== '' && !pointer.startsWith('/')) return 'does not begin with / (a JSON pointer)';
  return /~(?![01])/.test(pointer) ? 'holds a ~ that is neither ~0 nor ~1' : undefined;
}

/** Undefined where there is nothing. */
export function valueAt(value: unknown, pointer: string): unknown {
  if (pointer === '') return value;
  let at = value;
  for (const step of pointer.slice(1).split('/')) {
    if (typeof at !== 'object' || at === null) return undefined;
    const name = step.includes('~') ? step.replaceAll('~1', '/').replaceAll('~0', '~') : step;
    if (!Object.hasOwn(at, name)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  return at;
}
