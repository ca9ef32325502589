/** Suggests the known name nearest to an unknown one. */
import { nearest } from '../../base/nearest.ts';

/** The same name in another spelling (`request_timeout_ms`), or else the nearest one. */
export function suggestion(typed: string, known: readonly string[]): string | undefined {
  const bare = letters(typed);
  return known.find((name) => letters(name) === bare) ?? nearest(typed, known);
}

/** A hint for an unknown name. */
export function unknownHint(typed: string, known: readonly string[]): string {
  const meant = suggestion(typed, known);
  return meant === undefined
    ? 'docs/configuration.md lists all known names.'
    : `Did you mean ${meant}?`;
}

function letters(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
    .replace(/^lockstep/, '');
}
