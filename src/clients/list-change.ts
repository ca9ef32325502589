/** What a change of the list of clients was, by names; never by tokens or keys. */
import type { Client, ClientList } from './client-list.ts';

export interface ListChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** With another role, token or key. */
  readonly changed: readonly string[];
}

/** @param before undefined: there was no list */
export function changeOf(before: ClientList | undefined, now: ClientList | undefined): ListChange {
  const [were, are] = [byName(before), byName(now)];
  const namesOf = (clients: ReadonlyMap<string, Client>, isOne: (name: string) => boolean) =>
    [...clients.keys()].filter(isOne).sort();
  return {
    added: namesOf(are, (name) => !were.has(name)),
    removed: namesOf(were, (name) => !are.has(name)),
    changed: namesOf(are, (name) => were.has(name) && !isSame(were.get(name), are.get(name))),
  };
}

/** For people: `added ann, bob; removed ci`. @param lengthMax in UTF-16 units */
export function changeText(change: ListChange, lengthMax: number): string {
  const parts = Object.entries(change).filter(([, names]) => names.length > 0);
  const text = parts.map(([what, names]) => `${what} ${names.join(', ')}`).join('; ');
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax - 1)}…`;
}

function byName(list: ClientList | undefined): ReadonlyMap<string, Client> {
  return new Map(list?.clients.map((client) => [client.name, client]));
}

function isSame(one: Client | undefined, other: Client | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
