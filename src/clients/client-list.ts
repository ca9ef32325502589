/**
 * The list of clients: who may command the daemon, and as which role. One JSON document, the same for every door.
 *
 * No error from here repeats a value of the list, except names.
 */
import { isObject } from '../base/is-object.ts';
import { nearest } from '../base/nearest.ts';
import { repeatedMember } from '../protocol/frame/repeated-member.ts';
import { ROLES, type Role } from './role.ts';
import { tokenSha256 } from './token.ts';

/** Clients in one list. */
export const CLIENTS_MAX = 1000;

/** Printable in logs and terminals, and never like an unverified author (`principal.ts`). */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;
export const NAME_FORM = '1 to 64 letters, digits, ".", "_", "@" or "-", a letter or a digit first';
const SHA256 = /^[0-9a-f]{64}$/i;
/** Z85 (https://rfc.zeromq.org/spec/32), 32 bytes. */
const CURVE_KEY = /^[0-9A-Za-z.\-:+=^!/*?&<>()[\]{}@%$#]{40}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/;
const TIME_FORM = 'a time in UTC: 2026-01-31T12:00:00Z';
const MEMBERS = [
  'name',
  'role',
  'tokenSha256',
  'curveKey',
  'formerTokenSha256',
  'formerTokenUntil',
] as const;

export interface Client {
  /** 1 to 64 characters: letters, digits, `.`, `_`, `@`, `-`; the first is a letter or a digit. */
  readonly name: string;
  readonly role: Role;
  /** Of its token, 64 hex digits in lower case. */
  readonly tokenSha256: string;
  /** Its public key for CURVE, Z85, 40 characters. */
  readonly curveKey?: string;
  /** Of the token before a rotation with an overlap; one of each client at most. */
  readonly formerTokenSha256?: string;
  /** Until then that token counts too: ISO 8601, UTC, by the clock of the daemon's machine. */
  readonly formerTokenUntil?: string;
}

export class ClientList {
  readonly clients: readonly Client[];
  readonly #byToken: ReadonlyMap<string, Client>;
  readonly #byFormerToken: ReadonlyMap<string, Client>;
  readonly #byCurveKey: ReadonlyMap<string, Client>;

  constructor(clients: readonly Client[]) {
    this.clients = clients;
    this.#byToken = new Map(clients.map((client) => [client.tokenSha256, client]));
    this.#byFormerToken = new Map(
      clients.flatMap((client) =>
        client.formerTokenSha256 === undefined ? [] : [[client.formerTokenSha256, client]],
      ),
    );
    this.#byCurveKey = new Map(
      clients.flatMap((client) =>
        client.curveKey === undefined ? [] : [[client.curveKey, client]],
      ),
    );
  }

  /** A look-up by the hash: its time says nothing about a token that is in the list. */
  byToken(token: string): Client | undefined {
    return this.byTokenSha256(tokenSha256(token));
  }

  /** @param sha256 64 hex digits in lower case */
  byTokenSha256(sha256: string): Client | undefined {
    const client = this.#byToken.get(sha256);
    if (client !== undefined) return client;
    const former = this.#byFormerToken.get(sha256);
    return former !== undefined && formerTokenCounts(former, Date.now()) ? former : undefined;
  }

  /** @param key Z85 */
  byCurveKey(key: string): Client | undefined {
    return this.#byCurveKey.get(key);
  }
}

/** Whether the client's former token still counts. @param now ms of the epoch */
export function formerTokenCounts({ formerTokenUntil }: Client, now: number): boolean {
  return formerTokenUntil !== undefined && now < Date.parse(formerTokenUntil);
}

/** Nobody may do anything. */
export const NO_CLIENTS = new ClientList([]);

/** The reason why a list cannot be used. */
export interface ListFault {
  readonly message: string;
  readonly hint?: string;
  /** It may be gone at the next look, though the file is the same. */
  readonly mayPass?: true;
}

export type ParsedList =
  | { readonly ok: true; readonly list: ClientList }
  | { readonly ok: false; readonly fault: ListFault };

class MemberFault extends Error {}

/** @param source the file, for the message */
export function parseClientList(text: string, source: string): ParsedList {
  try {
    return { ok: true, list: new ClientList(readClients(parse(text))) };
  } catch (error) {
    if (!(error instanceof MemberFault)) throw error;
    return { ok: false, fault: { message: `${source}: ${error.message}` } };
  }
}

export function clientListText(clients: readonly Client[]): string {
  return `${JSON.stringify({ clients }, null, 2)}\n`;
}

export function isClientName(text: string): boolean {
  return NAME.test(text);
}

function parse(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // The parser's own message would repeat a part of the text.
    const at = /at position \d+(?: \(line \d+ column \d+\))?/.exec(String(error))?.[0];
    throw new MemberFault(at === undefined ? 'is not JSON' : `is not JSON (${at})`, {
      cause: error,
    });
  }
  const repeated = repeatedMember(text, value);
  if (repeated === undefined) return value;
  throw new MemberFault(`${repeated.join('.')} is given twice`);
}

function readClients(value: unknown): readonly Client[] {
  if (!isObject(value)) throw new MemberFault('must be an object: {"clients":[…]}');
  for (const name of Object.keys(value)) {
    if (name !== 'clients') throw new MemberFault(unknownMember(name, '', ['clients']));
  }
  const { clients } = value;
  if (!Array.isArray(clients)) throw new MemberFault('clients must be an array');
  if (clients.length > CLIENTS_MAX) {
    throw new MemberFault(`clients has ${clients.length} entries; at most ${CLIENTS_MAX} are read`);
  }
  const read = clients.map((client, index) => readClient(client, `clients.${index}`));
  for (const member of ['name', 'tokenSha256', 'curveKey'] as const) requireDistinct(read, member);
  requireNewTokens(read);
  return read;
}

function readClient(value: unknown, place: string): Client {
  if (!isObject(value)) throw new MemberFault(`${place} must be an object`);
  for (const member of Object.keys(value)) {
    if (!MEMBERS.some((known) => known === member)) {
      throw new MemberFault(unknownMember(member, `${place}.`, MEMBERS));
    }
  }
  const text = (member: (typeof MEMBERS)[number], form: RegExp, what: string): string => {
    const given = value[member];
    if (given === undefined) throw new MemberFault(`${place}.${member} is missing`);
    if (typeof given === 'string' && form.test(given)) return given;
    throw new MemberFault(`${place}.${member} must be ${what}`);
  };
  const name = text('name', NAME, NAME_FORM);
  const role = ROLES.find((known) => known === value['role']);
  if (role === undefined) throw new MemberFault(`${place}.role must be ${ROLES.join(', ')}`);
  const sha256 = text('tokenSha256', SHA256, '64 hex digits').toLowerCase();
  const until = value['formerTokenUntil'];
  if (typeof until === 'string' && TIME.test(until) && Number.isNaN(Date.parse(until))) {
    throw new MemberFault(`${place}.formerTokenUntil must be ${TIME_FORM}`);
  }
  const isGiven = (member: (typeof MEMBERS)[number]): boolean => value[member] !== undefined;
  return {
    name,
    role,
    tokenSha256: sha256,
    ...(isGiven('curveKey') && { curveKey: text('curveKey', CURVE_KEY, '40 characters of Z85') }),
    ...((isGiven('formerTokenSha256') || isGiven('formerTokenUntil')) && {
      formerTokenSha256: text('formerTokenSha256', SHA256, '64 hex digits').toLowerCase(),
      formerTokenUntil: text('formerTokenUntil', TIME, TIME_FORM),
    }),
  };
}

/** Two clients with one token could not be told apart. */
function requireDistinct(
  clients: readonly Client[],
  member: 'name' | 'tokenSha256' | 'curveKey',
): void {
  const seen = new Map<string, number>();
  for (const [index, client] of clients.entries()) {
    const value = client[member];
    if (value === undefined) continue;
    const first = seen.get(value);
    if (first !== undefined) {
      throw new MemberFault(`clients.${index}.${member} is the same as clients.${first}.${member}`);
    }
    seen.set(value, index);
  }
}

/** A former token that is another client's, or is the present one, would have no end. */
function requireNewTokens(clients: readonly Client[]): void {
  const seen = new Set(clients.map(({ tokenSha256: sha256 }) => sha256));
  for (const [index, { formerTokenSha256: former }] of clients.entries()) {
    if (former === undefined) continue;
    if (seen.has(former)) {
      throw new MemberFault(`clients.${index}.formerTokenSha256 is the same as another token`);
    }
    seen.add(former);
  }
}

function unknownMember(name: string, place: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const hint = near === undefined ? `known are ${known.join(', ')}` : `did you mean ${near}?`;
  const shown = /^[\w-]{1,40}$/.test(name) ? `${place}${name}` : `a member of ${place || 'it'}`;
  return `${shown} is unknown; ${hint}`;
}
