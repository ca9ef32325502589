/**
 * Adds the client's token, and the journal that it knows, to the text of each request, when it is sent: a token that is
 * replaced meanwhile counts from the next attempt on.
 */

/** The token, or the function that returns it; undefined: requests are sent without one. */
export type TokenSource = string | (() => string | undefined) | undefined;

/** @returns a function of the text of a request, a JSON object with members; it throws what the token's function throws */
export function authenticator(
  source: TokenSource,
  journalId: () => string | undefined = () => undefined,
): (request: string) => string {
  const read = typeof source === 'function' ? source : () => source;
  return (request) => withMember(withMember(request, 'auth', read()), 'journalId', journalId());
}

function withMember(request: string, name: string, value: string | undefined): string {
  if (value === undefined) return request;
  return `${request.slice(0, -1)},"${name}":${JSON.stringify(value)}}`;
}
