/** Asks the doors of a daemon as callers of every kind, by real sockets, and says what each may do. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { Dealer, Subscriber } from 'zeromq';
import { ROLES, type Role, roleOp, rolesFor } from '../../src/clients/role.ts';
import { newToken } from '../../src/clients/token.ts';
import type { KeyFile } from './curve.ts';
import type { Daemon } from './daemon.ts';

export type Caller = 'nobody' | 'stranger' | Role;
export type Tokens = Readonly<Record<Caller, string | undefined>>;
/** The operations that each kind of caller may do. */
export type Rights = Readonly<Record<Caller, readonly string[]>>;
type CurveOptions = KeyFile['options'];
interface Request {
  readonly op: string;
  readonly id?: string;
  readonly [member: string]: unknown;
}

/** Of `nobody`, the user that every Unix has. */
const OTHER_UID = 65_534;
const CALLERS: readonly Caller[] = ['nobody', 'stranger', ...ROLES];
const UNKNOWN_ID = 'no-such-command';

/** One of each operation; none of them changes what a later one may find. */
export const REQUESTS: readonly Request[] = [
  { op: 'create', groupId: '5', ensure: true },
  { op: 'delete', groupId: '5', ensure: true },
  { op: 'batch', commands: [{ op: 'create', groupId: '6', ensure: true }] },
  { op: 'ping' },
  { op: 'status', id: UNKNOWN_ID },
  { op: 'status' },
  { op: 'list' },
  { op: 'stats' },
  { op: 'acts' },
  { op: 'logs' },
  { op: 'audit', limit: 1 },
  ...['retry', 'cancel', 'abandon'].map((op) => ({ op, id: UNKNOWN_ID })),
  { op: 'restore', act: 'resume', id: UNKNOWN_ID },
  { op: 'breaker' },
  { op: 'node' },
  { op: 'pause', lane: 'bulk' },
  { op: 'resume', lane: 'bulk' },
];
const OPS = REQUESTS.map(roleOp);

export function tokensOf(known: Readonly<Record<Role, string>>): Tokens {
  return { nobody: undefined, stranger: newToken(), ...known };
}

/** At the socket for commands. */
export function rightsAtSocket(
  { endpoint }: Pick<Daemon, 'endpoint'>,
  tokens: Tokens,
  curve?: CurveOptions,
): Promise<Rights> {
  return rightsBy(async (caller) => {
    const auth = tokens[caller];
    const dealer = new Dealer({ linger: 0, receiveTimeout: 30_000, ...curve });
    dealer.connect(endpoint);
    const may: string[] = [];
    for (const request of REQUESTS) {
      const sent = auth === undefined ? request : { ...request, auth };
      if (await isAllowed(dealer, sent)) may.push(roleOp(request));
    }
    dealer.close();
    return may;
  });
}

async function isAllowed(dealer: Dealer, request: Request): Promise<boolean> {
  await dealer.send(JSON.stringify(request));
  const [reply] = await dealer.receive();
  const { error } = JSON.parse(String(reply)) as { error?: { code: string } };
  return error?.code !== 'unauthorised';
}

/** Whether a caller without a token may do the least. */
export async function mayPing({ endpoint }: Pick<Daemon, 'endpoint'>): Promise<boolean> {
  const dealer = new Dealer({ linger: 0, receiveTimeout: 30_000 });
  dealer.connect(endpoint);
  try {
    return await isAllowed(dealer, { op: 'ping' });
  } finally {
    dealer.close();
  }
}

/** At the operators' port, of the operations that have a path. */
export function rightsAtHttp({ opsUrl }: Pick<Daemon, 'opsUrl'>, tokens: Tokens): Promise<Rights> {
  return rightsBy(async (caller) => {
    const may: string[] = [];
    for (const request of [...REQUESTS, { op: 'events' }]) {
      const [path, body] = overHttp(request);
      if (path === undefined) continue;
      const status = await statusOf(`${opsUrl}${path}`, { token: tokens[caller], body });
      if (status !== 401 && status !== 403) may.push(roleOp(request));
    }
    return may;
  });
}

/** The operations over HTTP are all but these. */
export const WITHOUT_PATH = ['ping', 'logs'];

function overHttp(request: Request): readonly [string | undefined, Request | undefined] {
  const { op, id } = request;
  if (op === 'status') return [id === undefined ? '/v1/status' : `/v1/commands/${id}`, undefined];
  if (op === 'list') return ['/v1/commands', undefined];
  if (['stats', 'acts', 'events'].includes(op)) return [`/v1/${op}`, undefined];
  if (WITHOUT_PATH.includes(op)) return [undefined, undefined];
  return [['create', 'delete', 'batch'].includes(op) ? '/v1/commands' : '/v1/acts', request];
}

/** The status code of the head; a stream is not read. */
export async function statusOf(
  url: string,
  { token, body }: { readonly token?: string | undefined; readonly body?: unknown } = {},
): Promise<number> {
  const ended = new AbortController();
  const answer = await fetch(url, {
    signal: ended.signal,
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  ended.abort();
  return answer.status;
}

async function rightsBy(ask: (caller: Caller) => Promise<readonly string[]>): Promise<Rights> {
  const all = {} as Record<Caller, readonly string[]>;
  // One after the other: a lane that is paused is resumed before the next caller.
  for (const caller of CALLERS) all[caller] = await ask(caller);
  return all;
}

/** In the words of the page: `everything`, `by role`, `nothing`; what is none of these is shown whole. */
export function inWords(rights: Rights, ops: readonly string[] = OPS): string {
  const is = (expected: (caller: Caller) => readonly string[]) =>
    CALLERS.every((caller) => String(rights[caller]) === String(expected(caller)));
  if (is(() => ops)) return 'everything';
  if (is(() => [])) return 'nothing';
  if (is((caller) => ops.filter((op) => (rolesFor(op) as readonly Caller[]).includes(caller)))) {
    return 'by role';
  }
  return JSON.stringify(rights);
}

/** Whether ZeroMQ lets this peer in: the end of its handshake. */
export async function isLetIn(endpoint: string, curve?: CurveOptions): Promise<boolean> {
  const peer = new Dealer({ linger: 0, ...curve });
  try {
    return await handshake(peer, endpoint);
  } finally {
    peer.close();
  }
}

function handshake(peer: Dealer | Subscriber, endpoint: string): Promise<boolean> {
  return new Promise((resolve) => {
    peer.events.on('handshake', () => resolve(true));
    for (const kind of ['auth', 'protocol', 'other'] as const) {
      peer.events.on(`handshake:error:${kind}`, () => resolve(false));
    }
    peer.events.on('connect:retry', () => resolve(false));
    peer.connect(endpoint);
  });
}

/**
 * Whether a subscriber gets events.
 *
 * @param cause makes an event, again and again: a subscription takes time to arrive
 */
export async function hears(
  { eventsEndpoint }: Pick<Daemon, 'eventsEndpoint'>,
  cause: () => Promise<unknown>,
  curve?: CurveOptions,
): Promise<boolean> {
  const subscriber = new Subscriber({ linger: 0, ...curve });
  subscriber.subscribe('');
  try {
    if (!(await handshake(subscriber, eventsEndpoint))) return false;
    let isHeard = false;
    const heard = subscriber.receive().then(() => {
      isHeard = true;
    });
    while (!isHeard) await Promise.race([heard, cause()]);
    return isHeard;
  } finally {
    subscriber.close();
  }
}

/**
 * Whether another user of this machine can connect; undefined where this process cannot become one.
 *
 * @param endpoint `tcp://…`, `ipc://…` or `http://…`
 */
export async function reachesAnother(endpoint: string): Promise<boolean | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const { protocol, hostname, port } = new URL(endpoint.replace(/^(tcp|ipc):/, 'http:'));
  const target = endpoint.startsWith('ipc:')
    ? [endpoint.slice('ipc://'.length)]
    : [protocol && port, hostname];
  const program =
    'const s = require("node:net").connect(...process.argv.slice(1));' +
    's.on("connect", () => { console.log("open"); s.destroy(); });' +
    's.on("error", ({ code }) => console.log(code));';
  const child = spawn(process.execPath, ['-e', program, ...target], {
    uid: OTHER_UID,
    gid: OTHER_UID,
    cwd: '/',
    env: {},
  });
  const failed = once(child, 'error').then(() => 'no program');
  const said = await Promise.race([text(child.stdout), failed]);
  // A Node that only its owner can run.
  return said === 'no program' || said === '' ? undefined : said === 'open\n';
}
