/**
 * The table *By door* of SECURITY.md, cell by cell: every door of real daemons is asked by every kind of caller, and
 * what they may do is put into the words of the page.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { ROLES, type Role } from '../../src/clients/role.ts';
import { OPERATION_NAMES } from '../../src/protocol/request.ts';
import { knownClient, writeList } from '../clients/support.ts';
import { type KeyFile, Keys, newKeyFile } from '../support/curve.ts';
import { type Daemon, prepareDaemon, startDaemon } from '../support/daemon.ts';
import {
  hears,
  inWords,
  isLetIn,
  mayPing,
  REQUESTS,
  reachesAnother,
  rightsAtHttp,
  rightsAtSocket,
  statusOf,
  tokensOf,
  WITHOUT_PATH,
} from '../support/door-callers.ts';
import { freePorts } from '../support/free-ports.ts';
import { type Nodesim, startNodesim } from '../support/nodesim.ts';
import { tempFolder } from '../support/temp-folder.ts';

const PAGE = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8');
const SECTION = /## By door\n(.*?)\n## /s.exec(PAGE)?.[1] ?? '';
const ROWS = new Map(
  SECTION.split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, door = '', ...cells]) => [door, cells.slice(0, 3)]),
);
const UNPROTECTED = { LOCKSTEP_UNPROTECTED: 'true' };
const FOLLOW = { timeout: 10_000, interval: 50 };
const OVER_HTTP = [...REQUESTS, { op: 'events' }]
  .filter(({ op }) => !WITHOUT_PATH.includes(op))
  .map((request) => ('id' in request || request.op !== 'status' ? request.op : 'summary'));

const asked = new Set<string>();
let sim: Nodesim;

beforeAll(async () => {
  sim = await startNodesim();
  return () => sim[Symbol.asyncDispose]();
});

function cells(door: string): readonly string[] {
  asked.add(door);
  return ROWS.get(door) ?? [];
}

type Env = Readonly<Record<string, string | undefined>>;

async function start(env: Env = {}): Promise<Daemon> {
  const daemon = await startDaemon({ nodes: sim.nodes, executors: 1, env });
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  return daemon;
}

/** The exit code of a start that is refused. */
async function refusedWith(env: Env): Promise<number | null> {
  const daemon = await prepareDaemon({ nodes: sim.nodes, executors: 1, env });
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  await expect(daemon.restart()).rejects.toThrow();
  return daemon.ended();
}

/** One client of each role; `write` makes a list of them, and waits until it counts. */
function clients() {
  const known = ROLES.map((role) => ({ role, ...knownClient(role, role) }));
  const tokens = tokensOf(
    Object.fromEntries(known.map(({ role, token }) => [role, token])) as Record<Role, string>,
  );
  const list = known.map(({ client }) => client);
  return {
    tokens,
    write: async (daemon: Daemon) => {
      writeList(join(daemon.dataDir, 'clients.json'), ...list);
      // Each door looks for a first list by itself.
      const isKnown = () => statusOf(`${daemon.opsUrl}/v1/status`, { token: tokens.read });
      await expect.poll(isKnown, FOLLOW).toBe(200);
      await expect.poll(() => mayPing(daemon), FOLLOW).toBe(false);
    },
  };
}

/** Of another user where this process may become one; else as the page says. */
async function whoReaches(address: string, cell = ''): Promise<string> {
  const reaches = await reachesAnother(address);
  if (reaches === undefined) return cell;
  return reaches ? 'every user of the machine' : 'the user of the daemon';
}

function pause({ endpoint }: Pick<Daemon, 'endpoint'>, token?: string, key?: KeyFile) {
  const tokens = tokensOf({ commands: '', read: '', operate: token ?? '' });
  return () => rightsAtSocket({ endpoint }, { ...tokens, nobody: token }, key?.options);
}

test('the callers send every operation', () => {
  expect(new Set(REQUESTS.map(({ op }) => op))).toEqual(new Set(OPERATION_NAMES));
});

test('on this machine: the sockets and HTTP, without a list and with one', async () => {
  const daemon = await start();
  const { tokens, write } = clients();
  const commands = cells('commands, `tcp://127.0.0.1:5570`');
  const events = cells('events, `tcp://127.0.0.1:5571`');
  const http = cells('HTTP, `127.0.0.1:5580`');
  const files = cells('files in the data folder');
  const own = readFileSync(join(daemon.dataDir, 'ops-token'), 'utf8').trim();
  const open = await openPaths(daemon);
  const onlyOwn = { ...tokensOf({ commands: own, read: own, operate: own }) };
  const withoutList = {
    commands: inWords(await rightsAtSocket(daemon, tokens)),
    events: await hears(daemon, pause(daemon)),
    http: await rightsAtHttp(daemon, onlyOwn),
    unknown: inWords(await rightsAtHttp(daemon, tokens), OVER_HTTP),
  };
  expect(withoutList.http).toMatchObject({ nobody: [], stranger: [], operate: OVER_HTTP });
  await write(daemon);
  const withList = {
    commands: inWords(await rightsAtSocket(daemon, tokens)),
    events: await hears(daemon, pause(daemon, tokens.operate)),
    http: inWords(await rightsAtHttp(daemon, tokens), OVER_HTTP),
    own: inWords(await rightsAtHttp(daemon, onlyOwn), OVER_HTTP),
  };
  expect(await openPaths(daemon)).toEqual(open);
  const required = await start({ LOCKSTEP_AUTH: 'required' });
  const ownOfRequired = readFileSync(join(required.dataDir, 'ops-token'), 'utf8').trim();
  const asOwn = tokensOf({ commands: '', read: '', operate: ownOfRequired });
  const whenRequired = {
    commands: inWords(await rightsAtSocket(required, tokens)),
    events: await isLetIn(required.eventsEndpoint),
    http: (await rightsAtHttp(required, { ...asOwn, commands: undefined, read: undefined }))
      .operate,
  };

  expect(commands).toEqual([
    await whoReaches(daemon.endpoint, commands[0]),
    `${withoutList.commands}, without a token`,
    `${withList.commands}: a token with every request`,
  ]);
  expect(events).toEqual([
    await whoReaches(daemon.eventsEndpoint, events[0]),
    withoutList.events ? 'all events' : 'nothing',
    `${withList.events ? 'all events' : 'nothing'}; with \`required\` and without CURVE it is ${
      whenRequired.events ? '' : 'not '
    }opened`,
  ]);
  const opened = open.map((path) => `\`${path}\``).join(', ');
  expect(http).toEqual([
    await whoReaches(daemon.opsUrl, http[0]),
    `${opened}; the rest with the token in \`ops-token\``,
    `the same; the rest with the token of a client, ${withList.http}; while there is no list, with that in \`ops-token\``,
  ]);
  expect([withoutList.unknown, withList.own, whenRequired]).toEqual([
    'nothing',
    'nothing',
    { commands: 'nothing', events: false, http: OVER_HTTP },
  ]);
  expect(files).toEqual([isPrivate(daemon.dataDir) ? 'the user of the daemon' : '', '–', '–']);
}, 120_000);

test('by a socket file', async () => {
  const [who, without, withList] = cells('commands, `ipc://`');
  const daemon = await start({ LOCKSTEP_ENDPOINT: `ipc://${tempFolder()}/commands` });
  const { tokens, write } = clients();
  expect(await whoReaches(daemon.endpoint, who)).toBe(who);
  expect(inWords(await rightsAtSocket(daemon, tokens))).toBe(without);
  await write(daemon);
  expect(inWords(await rightsAtSocket(daemon, tokens))).toBe(withList);
}, 120_000);

test('at an address for other machines: refused without protection, and what CURVE changes', async () => {
  const [who, without, withList] = cells('commands, other addresses');
  const [port] = await freePorts(1);
  const env = { LOCKSTEP_ENDPOINT: `tcp://0.0.0.0:${port}` };
  const endpoint = `tcp://127.0.0.1:${port}`;
  const { tokens, write } = clients();
  const keys = new Keys();
  const [key, unknown] = [keys.add('ann', 'read'), newKeyFile(keys.serverKey)];
  const noList = { LOCKSTEP_CLIENTS: join(tempFolder(), 'none.json') };
  const noCurve = { LOCKSTEP_CURVE_KEY_FILE: undefined };
  expect([
    await refusedWith(env),
    await refusedWith({ ...env, ...keys.env, ...noList }),
    await refusedWith({ ...env, ...keys.env, ...noCurve }),
  ]).toEqual([78, 78, 78]);

  const unprotected = await start({ ...env, ...UNPROTECTED });
  const everybody = await isLetIn(endpoint);
  const open = inWords(await rightsAtSocket({ endpoint }, tokens));
  await write(unprotected);
  const listed = inWords(await rightsAtSocket({ endpoint }, tokens));
  await unprotected.stop();
  expect(without).toBe(
    `does not start (78), unless \`LOCKSTEP_UNPROTECTED=true\`: then ${open} without CURVE, nobody with it`,
  );

  const curve = { ...env, LOCKSTEP_CURVE_KEY_FILE: keys.env['LOCKSTEP_CURVE_KEY_FILE'] };
  const locked = await start({ ...curve, ...noList, ...UNPROTECTED });
  expect(await isLetIn(endpoint, key.options)).toBe(false);
  await locked.stop();
  await start({ ...env, ...keys.env });
  const asKnown = tokensOf({ commands: '', read: key.token, operate: '' });
  expect((await rightsAtSocket({ endpoint }, asKnown, key.options)).read).toContain('list');
  expect([
    await isLetIn(endpoint, key.options),
    await isLetIn(endpoint, unknown.options),
    await isLetIn(endpoint),
  ]).toEqual([true, false, false]);
  expect(who).toBe(
    `with CURVE: clients of the list; without: ${everybody ? 'everybody' : 'nobody'}`,
  );
  expect(withList).toBe(
    `with CURVE ${listed}; without it does not start (78), unless \`LOCKSTEP_UNPROTECTED=true\`: then ${listed}, and tokens cross the network in plain text`,
  );
}, 120_000);

test('events with CURVE', async () => {
  const row = cells('events, with CURVE');
  const keys = new Keys();
  const key = Object.fromEntries(ROLES.map((role) => [role, keys.add(role, role)])) as Record<
    Role,
    KeyFile
  >;
  const without = await start({
    ...keys.env,
    LOCKSTEP_CLIENTS: join(tempFolder(), 'none.json'),
  });
  const heardWithout = [];
  for (const each of [undefined, ...Object.values(key)]) {
    heardWithout.push(await isLetIn(without.eventsEndpoint, each?.options));
  }
  await without.stop();
  const daemon = await start(keys.env);
  const cause = pause(daemon, key.operate.token, key.operate);
  const readers: string[] = [];
  for (const [role, { options }] of Object.entries(key)) {
    if (await hears(daemon, cause, options)) readers.push(`\`${role}\``);
  }
  expect(await isLetIn(daemon.eventsEndpoint)).toBe(false);
  expect(await isLetIn(daemon.eventsEndpoint, newKeyFile(keys.serverKey).options)).toBe(false);
  expect(row).toEqual([
    `clients ${readers.join(' and ')}`,
    heardWithout.includes(true) ? 'somebody' : 'nobody',
    'these clients',
  ]);
}, 120_000);

test('the table has no door besides', () => {
  expect([...ROWS.keys()].filter((door) => !asked.has(door))).toEqual([]);
  expect([...asked].filter((door) => !ROWS.has(door))).toEqual([]);
});

/** The paths of data that need no token, of all that the daemon lists and those beside. */
async function openPaths({ opsUrl }: Daemon): Promise<readonly string[]> {
  const document = (await (await fetch(`${opsUrl}/openapi.json`)).json()) as { paths: object };
  const listed = Object.keys(document.paths).map((path) => path.replace('{id}', 'some'));
  const all = ['/healthz', '/readyz', '/metrics', '/openapi.json', '/session', '/v1/history'];
  const open: string[] = [];
  for (const path of new Set([...all, ...listed])) {
    if ((await statusOf(`${opsUrl}${path}`)) === 200) open.push(path);
  }
  return open;
}

function isPrivate(folder: string): boolean {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return ['', ...paths].every((path) => (statSync(join(folder, path)).mode & 0o077) === 0);
}
