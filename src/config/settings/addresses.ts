/** Addresses and paths among the settings. */
import { z } from 'zod';

const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\]|\*)$/;
const ENDPOINT = /^tcp:\/\/(?<host>[^/]+):(?<port>[1-9][0-9]{0,4})$/;
const SOCKET_FILE = /^ipc:\/\/(?<path>\/\P{Cc}*[^/\p{Cc}])$/u;
/** Of the path of a socket file: `sun_path` has 108 bytes, and one ends it. */
const PATH_BYTES_MAX = 107;

/** `tcp://HOST:PORT`, HOST an address, a name or `*`. */
export const tcpEndpoint = z.string().superRefine((text, context) => {
  const message = tcpFault(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

/** A ZeroMQ address to bind: of TCP, or `ipc:///PATH`, a socket file. */
export const endpoint = z.string().superRefine((text, context) => {
  const message = text.startsWith('ipc:') ? ipcFault(text) : tcpFault(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

function tcpFault(text: string): string | undefined {
  const parts = endpointParts(text);
  if (parts === undefined || !HOST.test(parts.host)) {
    return 'is not an address of the form tcp://HOST:PORT';
  }
  return parts.port > 65_535 ? `has port ${parts.port}, which is above 65535` : undefined;
}

function ipcFault(text: string): string | undefined {
  const path = socketFile(text);
  if (path === undefined) return 'is not of the form ipc:///PATH, with an absolute path';
  const bytes = Buffer.byteLength(path);
  if (bytes <= PATH_BYTES_MAX) return undefined;
  return `names a path of ${bytes} bytes; that of a socket file has ${PATH_BYTES_MAX} at most`;
}

/** The path of an `ipc://` address. */
export function socketFile(endpoint: string): string | undefined {
  return SOCKET_FILE.exec(endpoint)?.groups?.['path'];
}

export function endpointParts(text: string): { host: string; port: number } | undefined {
  const groups = ENDPOINT.exec(text)?.groups;
  const [name, port] = [groups?.['host'], groups?.['port']];
  return name === undefined || port === undefined ? undefined : { host: name, port: Number(port) };
}

/** An address to listen on, as Node takes it: no brackets around IPv6. */
export const host = z
  .string()
  .regex(/^[0-9A-Za-z:][0-9A-Za-z.:_-]{0,252}$/, 'is neither an IP address nor a host name');

/** Without user and password: no request is made with them, and logs and messages show addresses. */
export const httpUrl = z.string().superRefine((text, context) => {
  const fault = httpUrlFault(text);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

export function httpUrlFault(text: string): string | undefined {
  if (!/^https?:\/\/[^/\\?#\s]+/i.test(text) || !URL.canParse(text)) return 'is not a URL';
  const { username, password } = new URL(text);
  const isPlain = username === '' && password === '';
  return isPlain ? undefined : 'holds credentials (user:password@), which are not sent';
}

/** To which paths are appended. */
export const baseUrl = httpUrl.refine((text) => !/[?#]/.test(text), 'holds a query or a fragment');

/** The place of the journal, by driver. */
export const journal = z.string().transform((text, context) => {
  const path = /^sqlite:(?<path>.+)$/su.exec(text)?.groups?.['path'];
  if (path !== undefined) return { kind: 'sqlite' as const, path };
  if (isDatabase(text)) return { kind: 'postgres' as const, url: text };
  const message = 'is neither sqlite:PATH nor postgres://USER:PASSWORD@HOST:PORT/DATABASE';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

function isDatabase(text: string): boolean {
  if (!/^postgres(?:ql)?:\/\//u.test(text) || !URL.canParse(text)) return false;
  return /^\/[^/]+$/u.test(new URL(text).pathname);
}
