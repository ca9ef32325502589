/**
 * Adds the client's token to the text of each request, when it is sent: a token that is replaced meanwhile counts from
 * the next attempt on.
 */

/** The token, or the function that returns it; undefined: requests are sent without one. */
export type TokenSource = string | (() => string | undefined) | undefined;

/** @returns a function of the text of a request, a JSON object with members; it throws what the token's function throws */
export function authenticator(source: TokenSource): (request: string) => string {
  const read = typeof source === 'function' ? source : () => source;
  return (request) => {
    const token = read();
    if (token === undefined) return request;
    return `${request.slice(0, -1)},"auth":${JSON.stringify(token)}}`;
  };
}
