/** Members of a JSON object, taken out or set; the others stay as they were written: a double would lose digits. */

export function mapMembers(
  text: string,
  isKept: (name: string) => boolean,
  set: Readonly<Record<string, unknown>> = {},
): string {
  const record = JSON.parse(text, rawNumbers) as Record<string, unknown>;
  const kept = Object.entries(record).filter(([name]) => isKept(name));
  return JSON.stringify(Object.fromEntries([...kept, ...Object.entries(set)]));
}

export function withoutMember(text: string, member: string): string {
  return mapMembers(text, (name) => name !== member);
}

interface Json {
  /** Node.js has both; the types of the language version here do not. */
  readonly rawJSON: (text: string) => unknown;
}

function rawNumbers(
  _name: string,
  value: unknown,
  context?: { readonly source?: string },
): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  return (JSON as unknown as Json).rawJSON(context.source);
}
