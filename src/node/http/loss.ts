/** How an exchange was lost: in words, and whether the node is to blame. */
import { shorten } from '../dialect/last-response.ts';
import { certificateFault } from './certificate-fault.ts';

export interface Loss {
  /** One line of at most 200 characters. */
  readonly detail: string;
  /** This machine ran short of something: it says nothing of the node. */
  readonly isOurs: boolean;
  /** See `Fault`. */
  readonly isTooLarge?: boolean;
}

/** Out of descriptors or memory. Another error beside these may be their consequence. */
const SHORTAGES: ReadonlySet<string | undefined> = new Set([
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
]);

/**
 * No local port is free, or the name server of this machine does not answer (getaddrinfo(3)). An unknown name (ENOTFOUND)
 * is an answer. These count only if all errors are of this kind: a machine without IPv6 fails so on one of a node's
 * addresses, always.
 */
const LOCAL: ReadonlySet<string | undefined> = new Set([
  ...SHORTAGES,
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_MEMORY',
  'EAI_SYSTEM',
]);

/** For a name with several addresses the text has the error of each. */
export function lossOf(error: NodeJS.ErrnoException): Loss {
  const errors: readonly NodeJS.ErrnoException[] =
    error instanceof AggregateError ? error.errors : [error];
  const message = errors.map(textOf).join('; ');
  const isNamed = error.code === undefined || message.includes(error.code);
  return {
    detail: shorten(isNamed ? message : `${error.code} ${message}`),
    isOurs:
      errors.some(({ code }) => SHORTAGES.has(code)) || errors.every(({ code }) => LOCAL.has(code)),
  };
}

function textOf({ code, message }: NodeJS.ErrnoException): string {
  const fault = certificateFault(code);
  if (fault === undefined) return message.trim();
  return `${code} ${fault.words}${fault.setting === undefined ? '' : `: see ${fault.setting} of the node`}`;
}
