/**
 * The sessions of browsers at the live page. A browser shows its token once and gets a cookie with a random session id
 * for it. The session stands for the client of the list, by name and by the hash of its token: a client that is removed,
 * or gets another token, is refused at the next request.
 *
 * The daemon keeps the hashes of the ids in a private file, so that an open page goes on after a restart. A copy of the
 * file lets nobody in. Bounded: beyond `SESSIONS_MAX`, or `OWN_MAX` of one client, the oldest session ends, and each after
 * `LIFE_MS`.
 */
import { hash, randomBytes } from 'node:crypto';
import { Seldom } from '../../base/seldom.ts';
import type { Client, ClientList } from '../../clients/client-list.ts';
import { readSecretFile, replaceSecretFile } from '../../files/secret-file.ts';
import type { Log } from '../../observe/log/log-port.ts';

const SESSIONS_MAX = 100;
/** Of one client: a script that logs in again and again logs nobody else out. */
const OWN_MAX = 25;
const LIFE_MS = 12 * 60 * 60 * 1000;
const FILE_BYTES_MAX = 64 * 1024;
const SHA256 = /^[0-9a-f]{64}$/;

export interface Session {
  /** SHA-256 of the id, 64 hex digits. */
  readonly idSha256: string;
  /** Of the client in the list. */
  readonly name: string;
  readonly tokenSha256: string;
  /** ms of the system's clock. */
  readonly expiresAt: number;
}

export interface SessionsOptions {
  /** The file of the sessions. */
  readonly path: string;
  readonly log: Log;
  readonly now?: () => number;
}

export class Sessions {
  readonly #options: SessionsOptions;
  /** By the hash of the id, the oldest first. */
  readonly #sessions = new Map<string, Session>();
  readonly #faults = new Seldom();

  /** Reads the sessions of the last run; those of a file that cannot be used have ended. */
  constructor(options: SessionsOptions) {
    this.#options = options;
    for (const session of readSessions(options)) this.#sessions.set(session.idSha256, session);
  }

  /** @returns the id for the cookie, 43 characters, and the end of the session */
  open({ name, tokenSha256 }: Client): { readonly id: string; readonly expiresAt: number } {
    const id = randomBytes(32).toString('base64url');
    const idSha256 = sha256(id);
    const expiresAt = this.#now() + LIFE_MS;
    this.#sessions.set(idSha256, { idSha256, name, tokenSha256, expiresAt });
    this.#forgetOld(name);
    this.#keep();
    return { id, expiresAt };
  }

  /** @returns the client of the session as the list has it now; undefined: it may no longer */
  clientOf(id: string, list: ClientList): Client | undefined {
    const session = this.#sessions.get(sha256(id));
    if (session === undefined || session.expiresAt <= this.#now()) return undefined;
    const client = list.byTokenSha256(session.tokenSha256);
    return client?.name === session.name ? client : undefined;
  }

  close(id: string): void {
    if (this.#sessions.delete(sha256(id))) this.#keep();
  }

  /** @param name of the client with a new session */
  #forgetOld(name: string): void {
    const now = this.#now();
    for (const [key, { expiresAt }] of this.#sessions) {
      if (expiresAt <= now) this.#sessions.delete(key);
    }
    const sessions = [...this.#sessions];
    const own = sessions.filter(([, session]) => session.name === name);
    const ended = own.length > OWN_MAX ? own[0] : sessions.slice(0, -SESSIONS_MAX)[0];
    if (ended !== undefined) this.#sessions.delete(ended[0]);
  }

  #keep(): void {
    const { path, log } = this.#options;
    try {
      const text = `${JSON.stringify([...this.#sessions.values()])}\n`;
      // The thread answers health checks: it does not wait for the disk. After a power loss people log in again.
      replaceSecretFile(path, text, { isSynced: false });
    } catch (error) {
      // Each login tries again.
      const count = this.#faults.take();
      if (count === 0) return;
      const effect = 'they end when the daemon restarts';
      log.warn('the sessions of the page could not be saved', { file: path, effect, error, count });
    }
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }
}

function readSessions({ path, log }: SessionsOptions): readonly Session[] {
  const read = readSecretFile(path, FILE_BYTES_MAX);
  if (read.ok && read.text === undefined) return [];
  const sessions = read.ok ? parse(read.text ?? '') : undefined;
  if (sessions !== undefined) return sessions;
  const reason = read.ok ? 'the file holds no sessions' : read.fault.message;
  const effect = 'every page has to log in again';
  log.warn('the sessions of the page could not be read', { file: path, reason, effect });
  return [];
}

/** @returns undefined if the text is no list of sessions */
function parse(text: string): readonly Session[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return Array.isArray(value) && value.every(isSession) ? value.slice(-SESSIONS_MAX) : undefined;
}

function isSession(value: unknown): value is Session {
  if (typeof value !== 'object' || value === null) return false;
  const { idSha256, name, tokenSha256, expiresAt } = value as Readonly<Record<string, unknown>>;
  const hashes = [idSha256, tokenSha256];
  return (
    hashes.every((each) => typeof each === 'string' && SHA256.test(each)) &&
    typeof name === 'string' &&
    typeof expiresAt === 'number'
  );
}

function sha256(id: string): string {
  return hash('sha256', id, 'hex');
}
