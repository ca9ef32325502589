/**
 * Headers, query and TLS of each request to one node, with the secrets in them: made at the start, and again when a file
 * has changed. The state of the files is looked up every two seconds, and at a 401, ten times a second at most: a
 * node that refuses every request must not make this thread read files instead of calling nodes (P9).
 *
 * If a file can no longer be read, the secrets that were read before stay in use, and one warning is logged (P10).
 */
import { statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { SecureContext } from 'node:tls';
import { codeOf } from '../../base/error-fields.ts';
import { fileSignature } from '../../base/file-signature.ts';
import { type NodeAccess, textsOf } from './access.ts';
import { readPem, secureContextOf } from './pem-files.ts';
import { type Environment, filesIn, resolveSecrets, SecretFault } from './secret.ts';

const LOOK_MS = 2000;
/** From one look at a 401 to the next. */
const LOOK_AGAIN_MS = 100;
/** Shorter secrets are parts of ordinary words. */
const HIDDEN_LENGTH_MIN = 4;
/** Earlier secrets are hidden, too, up to this number in all: a reply may repeat an earlier request. */
const HIDDEN_MAX = 100;

export interface Presented {
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Ready for a path, without `?`; empty if there is none. */
  readonly query: string;
  /** No text that people see may hold one of these. */
  readonly hidden: readonly string[];
  readonly secureContext: SecureContext | undefined;
  /** Changes whenever any of the above changes. */
  readonly fingerprint: string;
}

export interface AccessFault {
  /** Below the node: `auth.bearer`. */
  readonly place: string;
  readonly message: string;
  readonly hint: string | undefined;
}

/** The headers, query and TLS of requests to the node, or all faults. */
export function present(
  access: NodeAccess,
  env: Environment,
): Presented | { readonly faults: readonly AccessFault[] } {
  const faults: AccessFault[] = [];
  const hidden = new Set<string>();
  const attempt = <Result>(place: string, act: () => Result): Result | undefined => {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof SecretFault)) throw error;
      faults.push({ place, message: error.message, hint: error.hint });
      return undefined;
    }
  };
  const texts = new Map<string, string>();
  for (const [place, text] of textsOf(access)) {
    const resolved = attempt(place, () => resolveSecrets(text, env));
    texts.set(place, resolved?.text ?? '');
    for (const secret of resolved?.secrets ?? []) {
      hidden.add(secret).add(encodeURIComponent(secret)).add(JSON.stringify(secret).slice(1, -1));
    }
  }
  const headers = headersOf(access, texts, hidden);
  const files = readPem(access, attempt);
  if (faults.length > 0) return { faults };
  const secureContext = attempt('tls', () => secureContextOf(files));
  if (faults.length > 0) return { faults };
  const query = queryOf(access, texts);
  return {
    headers,
    query,
    hidden: [...hidden].filter(({ length }) => length >= HIDDEN_LENGTH_MIN),
    secureContext,
    fingerprint: JSON.stringify([...headers, query, files]),
  };
}

function headersOf(
  { headers, auth }: NodeAccess,
  texts: ReadonlyMap<string, string>,
  hidden: Set<string>,
): ReadonlyMap<string, string> {
  const text = (place: string) => texts.get(place) ?? '';
  const byName = new Map<string, string>();
  for (const name of Object.keys(headers ?? {})) {
    byName.set(name.toLowerCase(), text(`headers.${name}`));
  }
  if (auth === undefined) return byName;
  if ('header' in auth) {
    byName.set(auth.header.name.toLowerCase(), text('auth.header.value'));
  } else if ('bearer' in auth) {
    byName.set('authorization', `Bearer ${text('auth.bearer')}`);
  } else {
    const pair = `${text('auth.basic.user')}:${text('auth.basic.password')}`;
    const encoded = Buffer.from(pair).toString('base64');
    hidden.add(encoded);
    byName.set('authorization', `Basic ${encoded}`);
  }
  return byName;
}

function queryOf({ query }: NodeAccess, texts: ReadonlyMap<string, string>): string {
  return Object.keys(query ?? {})
    .map((name) => {
      const value = texts.get(`query.${name}`) ?? '';
      return `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
    })
    .join('&');
}

/** Paths of all files that one node's access names. */
function accessFiles(access: NodeAccess): readonly string[] {
  const { ca, cert, key } = access.tls ?? {};
  const files = [ca, cert, key].filter((path) => path !== undefined);
  return [...new Set([...textsOf(access).flatMap(([, text]) => filesIn(text)), ...files])];
}

export interface CredentialsOptions {
  readonly env: Environment;
  /** A file is no longer usable, and its earlier content stays in use. Called once until the file is usable again. */
  readonly onTrouble: (fault: AccessFault) => void;
  /** Steady clock, ms; that of the process by default. */
  readonly now?: () => number;
}

export class Credentials {
  readonly #access: NodeAccess;
  readonly #options: CredentialsOptions;
  readonly #files: readonly string[];
  #presented: Presented;
  #version = 0;
  #signature = '';
  #lookedAt = Number.NEGATIVE_INFINITY;
  #isTroubled = false;
  #timer: NodeJS.Timeout | undefined;

  /** @throws Error if a secret or file cannot be read: the start has checked them before */
  constructor(access: NodeAccess, options: CredentialsOptions) {
    this.#access = access;
    this.#options = options;
    this.#files = accessFiles(access);
    this.#signature = this.#files.map(signatureNow).join();
    const presented = present(access, options.env);
    if ('faults' in presented) {
      const [fault] = presented.faults;
      throw new Error(`node ${access.name}: ${fault?.place} ${fault?.message}`);
    }
    this.#presented = presented;
  }

  /** Rises with each change. */
  get version(): number {
    return this.#version;
  }

  get presented(): Presented {
    return this.#presented;
  }

  /** Follows its files until it is stopped; holds no thread alive. */
  watch(): void {
    if (this.#files.length === 0) return;
    this.#timer = setInterval(() => void this.#look(), LOOK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** The node has answered 401 to what was sent with this version: is there a newer one by now? */
  isRenewed(version: number): boolean {
    if (version === this.#version && this.#files.length > 0) this.#lookAgain();
    return version !== this.#version;
  }

  /** The text without any secret of this node. */
  redact(text: string): string {
    let clean = text;
    for (const secret of this.#presented.hidden) clean = clean.replaceAll(secret, '***');
    return clean;
  }

  #lookAgain(): void {
    const { now = () => performance.now() } = this.#options;
    if (now() - this.#lookedAt < LOOK_AGAIN_MS) return;
    this.#lookedAt = now();
    this.#follow(this.#files.map(signatureNow).join());
  }

  async #look(): Promise<void> {
    this.#follow((await Promise.all(this.#files.map(signatureOf))).join());
  }

  #follow(signature: string): void {
    if (signature === this.#signature) return;
    this.#signature = signature;
    this.#renew();
  }

  #renew(): void {
    const next = present(this.#access, this.#options.env);
    if ('faults' in next) {
      const [fault] = next.faults;
      if (!this.#isTroubled && fault !== undefined) this.#options.onTrouble(fault);
      this.#isTroubled = true;
      return;
    }
    this.#isTroubled = false;
    if (next.fingerprint === this.#presented.fingerprint) return;
    // A reply may still repeat the earlier secrets.
    const hidden = [...new Set([...next.hidden, ...this.#presented.hidden])];
    this.#presented = { ...next, hidden: hidden.slice(0, HIDDEN_MAX) };
    this.#version++;
  }
}

/** Changes whenever the file changes, or is gone. */
async function signatureOf(path: string): Promise<string> {
  return stat(path).then(fileSignature, codeText);
}

function signatureNow(path: string): string {
  try {
    return fileSignature(statSync(path));
  } catch (error) {
    return codeText(error);
  }
}

function codeText(error: unknown): string {
  return String(codeOf(error));
}
