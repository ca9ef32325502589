/**
 * The part of JSON Schema that the file for editors uses: finds the places where a value does not
 * fit.
 */

type Form = Readonly<Record<string, unknown>>;

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
};

/** @returns places of faults, as JSON pointers */
export function faultsBy(root: Form, value: unknown): readonly string[] {
  const named = root['$defs'] as Readonly<Record<string, Form>>;
  const plain = JSON.parse(JSON.stringify(root), (_, part: Form) => {
    const name = typeof part === 'object' && part !== null ? part['$ref'] : undefined;
    return typeof name === 'string' ? named[name.replace('#/$defs/', '')] : part;
  }) as Form;
  return faultsIn(plain, value, '');
}

function faultsIn(form: Form, value: unknown, at: string): readonly string[] {
  const some = (form['anyOf'] ?? form['oneOf']) as readonly Form[] | undefined;
  if (some !== undefined && !some.some((one) => faultsIn(one, value, at).length === 0)) return [at];
  if (!isOfType(form, value) || !isInRange(form, value)) return [at];
  if (Array.isArray(value)) {
    const items = (form['items'] ?? {}) as Form;
    return (value as unknown[]).flatMap((one, index) => faultsIn(items, one, `${at}/${index}`));
  }
  if (typeof value !== 'object' || value === null) return [];
  const required = (form['required'] ?? []) as readonly string[];
  if (required.some((name) => !Object.hasOwn(value, name))) return [at];
  return Object.entries(value).flatMap(([name, one]: [string, unknown]) => {
    const member = memberForm(form, name);
    return member === undefined ? [`${at}/${name}`] : faultsIn(member, one, `${at}/${name}`);
  });
}

function isOfType(form: Form, value: unknown): boolean {
  const given = form['type'] as string | readonly string[] | undefined;
  const types = given === undefined ? [] : [given].flat();
  if (types.length > 0 && !types.some((type) => TYPES[type]?.(value) === true)) return false;
  const choices = form['enum'] as readonly unknown[] | undefined;
  if (choices !== undefined && !choices.includes(value)) return false;
  return !Object.hasOwn(form, 'const') || form['const'] === value;
}

function isInRange(form: Form, value: unknown): boolean {
  if (typeof value === 'string' && typeof form['pattern'] === 'string') {
    return new RegExp(form['pattern'], 'u').test(value);
  }
  if (typeof value !== 'number') return true;
  return (
    value >= Number(form['minimum'] ?? -Infinity) && value <= Number(form['maximum'] ?? Infinity)
  );
}

function memberForm(form: Form, name: string): Form | undefined {
  const properties = (form['properties'] ?? {}) as Readonly<Record<string, Form>>;
  if (Object.hasOwn(properties, name)) return properties[name];
  const patterns = (form['patternProperties'] ?? {}) as Readonly<Record<string, Form>>;
  const found = Object.entries(patterns).find(([pattern]) => new RegExp(pattern, 'u').test(name));
  if (found !== undefined) return found[1];
  const others = form['additionalProperties'];
  if (others === false) return undefined;
  return typeof others === 'object' && others !== null ? (others as Form) : {};
}
