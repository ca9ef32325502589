/** The query of a URL as members of a request. What a value may be, the schema of the request judges later. */
import { nearest } from '../../base/nearest.ts';
import { type Fault, quote } from '../../protocol/fault.ts';
import { type Rejected, rejected } from '../../protocol/frame/rejected.ts';

/** `names`: may be repeated, and separated by commas. */
export type ParameterKind = 'text' | 'number' | 'flag' | 'names';

export type Parameters = Readonly<Record<string, ParameterKind>>;

type Members = Readonly<Record<string, unknown>>;

export type ReadQuery = { readonly ok: true; readonly members: Members } | Rejected;

/** @param target as sent: `/v1/commands?state=accepted` */
export function readQuery(target: string, known: Parameters): ReadQuery {
  const members: Record<string, unknown> = {};
  for (const part of partsOf(target)) {
    const [rawName, ...rest] = part.split('=');
    const name = decoded(rawName ?? '');
    const value = decoded(rest.join('='));
    if (name === undefined || value === undefined) {
      return faulty(rawName ?? '', 'holds a % that begins no character of UTF-8');
    }
    const kind = Object.hasOwn(known, name) ? known[name] : undefined;
    if (kind === undefined) return rejected(unknownFault(name, Object.keys(known)));
    const member = memberOf(kind, value);
    if (member === undefined) return faulty(name, `must be ${WANTED[kind]}, not ${quote(value)}`);
    const before = members[name];
    if (before === undefined) members[name] = member;
    else if (kind === 'names') members[name] = [before, member].flat();
    else return faulty(name, 'is given twice');
  }
  return { ok: true, members };
}

const WANTED: Readonly<Record<ParameterKind, string>> = {
  text: 'a text',
  number: 'a whole number',
  flag: 'true or false',
  names: 'names',
};

function memberOf(kind: ParameterKind, value: string): unknown {
  switch (kind) {
    case 'text':
      return value;
    case 'number':
      return /^\d{1,16}$/.test(value) ? Number(value) : undefined;
    case 'flag':
      return value === 'true' ? true : value === 'false' ? false : undefined;
    case 'names': {
      const names = value.split(',');
      return names.length === 1 ? value : names;
    }
  }
}

function partsOf(target: string): readonly string[] {
  const from = target.indexOf('?');
  if (from === -1) return [];
  const end = target.indexOf('#', from);
  const query = target.slice(from + 1, end === -1 ? undefined : end);
  return query.split('&').filter((part) => part !== '');
}

/** Undefined if it is not well-formed. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

function faulty(name: string, what: string): Rejected {
  return rejected({ message: `the parameter ${quote(name)} ${what}`, field: name });
}

function unknownFault(name: string, known: readonly string[]): Fault {
  const near = nearest(name, known);
  const all =
    known.length === 0 ? 'This path takes no parameters.' : `It is one of ${known.join(', ')}.`;
  const hint = near === undefined ? all : `Did you mean "${near}"?`;
  return { message: `unknown parameter ${quote(name)}`, field: name.slice(0, 100), hint };
}
