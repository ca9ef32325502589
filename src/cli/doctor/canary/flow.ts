/** A value as one line of YAML: `delete: {gone: {status: 404, json: {/error: not_found}}}`. */

/** What YAML reads as text where it stands without quotes, in braces too. */
const PLAIN = /^[A-Za-z/][\w/.-]*$/;
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

function flow(value: unknown): string {
  if (typeof value === 'string') return text(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  return `{${members(value).join(', ')}}`;
}

/** The outermost members without braces, as they stand in a file. */
export function line(value: object): string {
  return members(value).join(', ');
}

function members(value: object): readonly string[] {
  return Object.entries(value).map(([name, member]) => `${text(name)}: ${flow(member)}`);
}

function text(value: string): string {
  return PLAIN.test(value) && !WORDS.test(value) ? value : JSON.stringify(value);
}
