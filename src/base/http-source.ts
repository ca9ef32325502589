/**
 * Whether a web page of somebody else may be behind an HTTP request to a local port. Two ways lead a browser there:
 *
 * - DNS rebinding: the page's own name resolves to this machine. The browser takes page and port for one origin, but
 *   it sends the page's name as `Host`.
 * - A cross-site request (a form, a script): `Host` is right, and the browser sends the page's origin as `Origin`.
 *
 * Programs other than browsers send no `Origin`, and as `Host` the name by which they reach the port.
 */

/** The parts of a request that tell its source. */
export interface RequestHead {
  /** As sent: `/metrics`, or the absolute form that proxies get. */
  readonly target: string;
  /** Names and values alternate, as Node's `rawHeaders` has them. */
  readonly rawHeaders: readonly string[];
}

export interface HttpFault {
  /** 400 for a request that no HTTP client sends, else by RFC 9110: 421 misdirected, 403 forbidden. */
  readonly status: 400 | 403 | 421;
  readonly message: string;
}

const ABSOLUTE = /^https?:\/\/([^/?#]*)/i;
const NAME = '[a-z0-9_-]{1,63}(?:\\.[a-z0-9_-]{1,63})*';
const AUTHORITY = new RegExp(
  `^(?:\\[(?<ipv6>[0-9a-f:.]{2,45})\\]|(?<name>${NAME})\\.?)(?::[0-9]{1,5})?$`,
  'i',
);
const AUTHORITY_LENGTH_MAX = 270;
const IPV4 = /^(?:[0-9]{1,3}\.){3}[0-9]{1,3}$/;

/**
 * A request must name this server as its host: by an IP address, which no name server can redirect, as `localhost`, or
 * by one of `names`. None at all is HTTP/1.0, which browsers do not speak.
 *
 * 421, as etcd answers, not the 403 of web frameworks: 403 stands for a right that is missing.
 *
 * @param names in lower case, without a port
 */
export function hostFault(head: RequestHead, names: readonly string[]): HttpFault | undefined {
  const hosts = valuesOf(head, 'host');
  if (hosts.length > 1) return bad('the request has more than one header Host');
  const absolute = ABSOLUTE.exec(head.target)?.[1];
  if (absolute === undefined && !head.target.startsWith('/')) {
    return bad('the target of the request is neither a path nor a URL');
  }
  // RFC 9112: the host of the target counts. Both are checked, for a proxy may have looked at either.
  for (const authority of absolute === undefined ? hosts : [absolute, ...hosts]) {
    const fault = authorityFault(authority, names);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/**
 * A page may call its own server only. The scheme is not compared: a proxy in front may have changed it.
 * To be used behind `hostFault`, which makes sure that `Host` is this server.
 */
export function originFault(head: RequestHead): HttpFault | undefined {
  const [origin, ...more] = valuesOf(head, 'origin');
  if (origin === undefined) return undefined;
  const host = ABSOLUTE.exec(head.target)?.[1] ?? valuesOf(head, 'host')[0];
  const page = /^https?:\/\/(.+)$/i.exec(origin)?.[1];
  const isOwn = host !== undefined && page?.toLowerCase() === host.toLowerCase();
  if (isOwn && more.length === 0) return undefined;
  return { status: 403, message: 'the request comes from a web page of another origin' };
}

/** All values of a header, in their order. Node's `headers` keeps only the first of some. */
export function valuesOf({ rawHeaders }: RequestHead, name: string): readonly string[] {
  return rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name,
  );
}

function authorityFault(authority: string, names: readonly string[]): HttpFault | undefined {
  const isShort = authority.length <= AUTHORITY_LENGTH_MAX;
  const parts = isShort ? AUTHORITY.exec(authority)?.groups : undefined;
  if (parts === undefined) return bad('the host of the request is not of the form NAME:PORT');
  const { ipv6, name = '' } = parts;
  const lower = name.toLowerCase();
  if (ipv6 !== undefined || IPV4.test(lower)) return undefined;
  if (lower === 'localhost' || names.includes(lower)) return undefined;
  return { status: 421, message: `${lower} is no name of this server` };
}

function bad(message: string): HttpFault {
  return { status: 400, message };
}
