/**
 * Whether the sockets for clients and subscribers are protected, and the operators' port, as the machine and the files
 * are now.
 *
 * An address of a socket that other machines can reach needs CURVE and a list of clients, or the operator's word that it needs
 * neither; the operators' port needs the list. What is not known to be loopback counts as reachable: names other than `localhost`, and other ways of
 * writing an address (`127.1`).
 */
import { networkInterfaces } from 'node:os';
import { messageOf } from '../../base/error-fields.ts';
import { readClientFile } from '../../clients/client-file.ts';
import { listMark, wasListUsed } from '../../clients/list-mark.ts';
import { readServerKey } from '../../clients/server-key.ts';
import type { Problem } from '../problem.ts';
import type { Settings } from '../schema.ts';
import { endpointParts, socketFile } from '../settings/addresses.ts';
import type { Sources } from '../sources/layers.ts';
import { isLoopbackAddress } from './outliving.ts';

const SOCKETS = ['endpoint', 'eventsEndpoint'] as const;
type SocketKey = (typeof SOCKETS)[number];

export type Guarded = Pick<
  Settings,
  SocketKey | 'dataDir' | 'opsHost' | 'clients' | 'auth' | 'curveKeyFile' | 'unprotected'
>;

/** Why the daemon must not start: files that are there and cannot be used, and sockets that are open to everybody. */
export function protectionProblems(settings: Guarded, sources: Sources): readonly Problem[] {
  return [
    ...listProblem(settings, sources),
    ...keyProblem(settings, sources),
    ...exposureProblem(settings, sources),
    ...opsProblem(settings, sources),
  ];
}

/** The addresses that other machines can reach and nothing protects. */
export function unprotectedAddresses(settings: Guarded): readonly string[] {
  return openSockets(settings).map((key) => settings[key]);
}

/**
 * Whether no events are published by ZeroMQ: nobody can be asked for a token there. With CURVE the key says who it is,
 * and of a socket file its rights.
 */
export function eventsAreOff({ auth, curveKeyFile, eventsEndpoint }: Guarded): boolean {
  const isAsked = auth === 'required' && curveKeyFile === undefined;
  return isAsked && socketFile(eventsEndpoint) === undefined;
}

/**
 * Whether peers without a token can connect, though not everybody is trusted: they can end the daemon by faults of
 * libzmq (decision 072).
 */
export function letsStrangersConnect(settings: Guarded): boolean {
  const { endpoint, auth, curveKeyFile, clients } = settings;
  if (curveKeyFile !== undefined || socketFile(endpoint) !== undefined) return false;
  return auth === 'required' || hasList(clients);
}

function listProblem(
  { clients, dataDir }: Guarded,
  { clients: given }: Sources,
): readonly Problem[] {
  const source = given === 'default' ? 'LOCKSTEP_CLIENTS (default)' : given;
  const read = readClientFile(clients);
  if (!read.ok) {
    const { message, hint } = read.fault;
    return [{ source, message: `names a list of clients that cannot be used: ${message}`, hint }];
  }
  if (read.list !== undefined) return [];
  try {
    if (!wasListUsed(dataDir)) return [];
  } catch (error) {
    const reason = `cannot read whether this data folder was used with a list: ${messageOf(error)}`;
    return [
      {
        source,
        message: `names a list of clients that does not exist: ${clients}; ${reason}`,
        hint: 'Correct LOCKSTEP_DATA_DIR, or the rights of that folder.',
      },
    ];
  }
  return [
    {
      source,
      message:
        `names a list of clients that does not exist: ${clients}; this data folder has been used with ` +
        `a list (${listMark(dataDir)})`,
      hint:
        'Put the file back, or make a new list: `lockstep keys add NAME --role operate`. `lockstep keys off` goes ' +
        'on without one: then everybody who can connect may command the daemon.',
    },
  ];
}

function keyProblem({ curveKeyFile }: Guarded, sources: Sources): readonly Problem[] {
  if (curveKeyFile === undefined) return [];
  const read = readServerKey(curveKeyFile);
  if (read.ok) return [];
  const { message, hint } = read.fault;
  return [{ source: sources.curveKeyFile, message: `cannot be used: ${message}`, hint }];
}

function exposureProblem(settings: Guarded, sources: Sources): readonly Problem[] {
  const open = settings.unprotected ? [] : openSockets(settings);
  if (open.length === 0) return [];
  return [
    {
      source: open.map((key) => sources[key]).join(', '),
      message:
        `lets other machines connect (${open.map((key) => settings[key]).join(', ')}), but ` +
        `${lacking(settings).join(', and ')}: everybody there could command the daemon`,
      hint:
        '`lockstep keys server` makes the key, `lockstep keys add NAME --role operate` a client. Or ' +
        'listen on tcp://127.0.0.1:PORT or ipc:///PATH. LOCKSTEP_UNPROTECTED=true starts without protection.',
    },
  ];
}

/** Without a list only the token in the data folder counts there, which no other machine should have. */
function opsProblem(
  { opsHost, clients, unprotected }: Guarded,
  sources: Sources,
): readonly Problem[] {
  if (unprotected || isLoopbackName(opsHost) || hasList(clients)) return [];
  return [
    {
      source: sources.opsHost,
      message: `lets other machines call the operators' port (${opsHost}), but ${withoutList(clients)}`,
      hint:
        '`lockstep keys add NAME --role read` makes one; health and metrics need no token. Or listen on ' +
        '127.0.0.1. LOCKSTEP_UNPROTECTED=true starts without a list.',
    },
  ];
}

function openSockets(settings: Guarded): readonly SocketKey[] {
  const exposed = SOCKETS.filter((key) => isExposed(settings[key]));
  return exposed.length === 0 || lacking(settings).length === 0 ? [] : exposed;
}

function lacking({ curveKeyFile, clients }: Guarded): readonly string[] {
  return [
    ...(curveKeyFile === undefined ? ['LOCKSTEP_CURVE_KEY_FILE is not set'] : []),
    ...(hasList(clients) ? [] : [withoutList(clients)]),
  ];
}

/** A list that cannot be used is a fault of its own, and lets nobody in. */
function hasList(path: string): boolean {
  const read = readClientFile(path);
  return !read.ok || read.list !== undefined;
}

function withoutList(path: string): string {
  return `there is no list of clients (LOCKSTEP_CLIENTS: ${path})`;
}

function isExposed(endpoint: string): boolean {
  const host = endpointParts(endpoint)?.host;
  return host !== undefined && !isLoopbackHost(host);
}

/** Of an address to bind, as ZeroMQ takes it: an interface may stand in its place. */
function isLoopbackHost(given: string): boolean {
  if (isLoopbackName(given)) return true;
  const interfaces = networkInterfaces();
  const addresses = Object.hasOwn(interfaces, given) ? (interfaces[given] ?? []) : [];
  return addresses.length > 0 && addresses.every(({ address }) => isLoopbackAddress(address));
}

/** As Node takes it, too: to Node the name of an interface is a host to look up. */
function isLoopbackName(given: string): boolean {
  const host = given.replace(/^\[|\]$/g, '').toLowerCase();
  return host === 'localhost' || isLoopbackAddress(host);
}
