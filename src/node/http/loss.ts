/** How an exchange was lost: in words, and whether the node is to blame. */

export interface Loss {
  readonly detail: string;
  /** This machine ran short of something: it says nothing of the node. */
  readonly isOurs: boolean;
  /** See `Fault`. */
  readonly isTooLarge?: boolean;
}

/** Descriptors and memory: whatever else failed, with enough of them it might not have. */
const SHORTAGES: ReadonlySet<string | undefined> = new Set([
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
]);

/**
 * No local port is left, or our own name server gives no answer (getaddrinfo(3)). A name that is not
 * known (ENOTFOUND) is an answer. One of several addresses may lack a local address for good, such as
 * IPv6 on a machine without: only when it is all that went wrong.
 */
const LOCAL: ReadonlySet<string | undefined> = new Set([
  ...SHORTAGES,
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_MEMORY',
  'EAI_SYSTEM',
]);

/** Of a name with several addresses, what each of them came to. */
export function lossOf(error: NodeJS.ErrnoException): Loss {
  const errors: readonly NodeJS.ErrnoException[] =
    error instanceof AggregateError ? error.errors : [error];
  const message = errors.map((one) => one.message.trim()).join('; ');
  const isNamed = error.code === undefined || message.includes(error.code);
  return {
    detail: isNamed ? message : `${error.code} ${message}`,
    isOurs:
      errors.some(({ code }) => SHORTAGES.has(code)) || errors.every(({ code }) => LOCAL.has(code)),
  };
}
