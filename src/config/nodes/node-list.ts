/**
 * The nodes of the cluster: `name=url,…` as text, an object or a list in a file; one list inside.
 *
 * Whether two nodes may share an address depends on the dialect: `relations.ts` checks it.
 */
import { z } from 'zod';
import type { NodeAccess } from '../../node/access/access.ts';
import { issueText } from '../settings/issue-text.ts';
import { strict } from '../settings/strict-object.ts';
import { accessShape } from './access-schema.ts';
import { limitsOf } from './limits.ts';

const NODES_MAX = 50;
/** Stands for the URL of a node at a unix socket that gives none. */
const LOCAL_URL = 'http://localhost';

/**
 * Names are keys of objects all over the daemon, so members that every object inherits are no
 * names.
 */
export const plainName = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,64}$/, 'is not 1 to 64 of the characters A-Z a-z 0-9 . _ -')
  .refine((name) => !(name in Object.prototype), 'is a reserved word');

const nodeUrl = z.string().transform((text, context) => {
  const fault = urlFault(text);
  if (fault === undefined) return new URL(text).href.replace(/\/+$/, '');
  context.addIssue({ code: 'custom', message: fault });
  return z.NEVER;
});

/** The members of a node, beside its name. */
export const nodeShape = { url: nodeUrl.optional(), ...accessShape, limits: limitsOf.optional() };

const oneNode = strict({ name: plainName, ...nodeShape }).transform((node, context): NodeAccess => {
  const { url, socket, tls } = node;
  const fault = (message: string, path: string[]) =>
    context.addIssue({ code: 'custom', message, path, input: undefined });
  if (url === undefined && socket === undefined) fault('is missing', ['url']);
  if (tls !== undefined && url?.startsWith('https:') !== true) {
    fault('has no effect: the URL does not begin with https://', ['tls']);
  }
  const given = Object.entries({ ...node, url: url ?? LOCAL_URL });
  // A member that is off is absent, so that a node is the same before and after JSON.
  return Object.fromEntries(
    given.filter(([, value]) => value !== undefined),
  ) as unknown as NodeAccess;
});

/**
 * By hand, so that each problem has its path (`nodes.east.url`) and no value beside an address is
 * shown.
 */
export const nodeList = z.unknown().transform((value, context): readonly NodeAccess[] => {
  const entries = entriesOf(value, context);
  if (entries === undefined) return z.NEVER;
  const fault = (message: string, path: PropertyKey[] = []) =>
    context.addIssue({ code: 'custom', message, path, input: undefined });
  if (entries.length === 0) fault('names no node');
  if (entries.length > NODES_MAX) fault(`names more than ${NODES_MAX} nodes`);
  const nodes: NodeAccess[] = [];
  const seen = new Set<string>();
  for (const { place, node } of entries) {
    const read = oneNode.safeParse(node, { reportInput: true });
    for (const issue of read.error?.issues ?? []) {
      fault(issueText(issue, { isHidden: isSecret(issue.path) }), [place, ...issue.path]);
    }
    if (!read.success) continue;
    const { name } = read.data;
    if (seen.has(name)) fault(`names ${JSON.stringify(name)} twice`, [place, 'name']);
    seen.add(name);
    nodes.push(read.data);
  }
  return nodes;
});

/** Members that may hold a secret, whether or not they should. */
function isSecret([member]: readonly PropertyKey[]): boolean {
  return member === 'headers' || member === 'query' || member === 'auth';
}

interface Entry {
  readonly place: PropertyKey;
  readonly node: unknown;
}

/** Brings the three forms to one. */
function entriesOf(value: unknown, context: z.RefinementCtx): readonly Entry[] | undefined {
  if (typeof value === 'string') return fromText(value, context);
  if (Array.isArray(value)) return value.map((node: unknown, place) => ({ place, node }));
  if (typeof value !== 'object' || value === null) {
    context.addIssue({ code: 'invalid_type', expected: 'array', input: value });
    return undefined;
  }
  return Object.entries(value).map(([name, given]: [string, unknown]) => {
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      return { place: name, node: { name, url: given } };
    }
    return { place: name, node: { name, ...given } };
  });
}

/** Space around an entry is allowed, so that a long list can be broken into lines. */
function fromText(text: string, context: z.RefinementCtx): readonly Entry[] | undefined {
  const entries: Entry[] = [];
  let isWhole = true;
  for (const [place, part] of text.split(',').entries()) {
    const entry = part.trim();
    const at = entry.indexOf('=');
    // In `http://host/?token=…` the name is missing.
    if (at > 0 && !entry.slice(0, at).includes('/')) {
      entries.push({ place, node: { name: entry.slice(0, at), url: entry.slice(at + 1) } });
      continue;
    }
    isWhole = false;
    const message = entry === '' ? 'is an empty entry' : 'is not of the form name=url';
    context.addIssue({ code: 'custom', message, path: [place], input: entry });
  }
  return isWhole ? entries : undefined;
}

function urlFault(text: string): string | undefined {
  if (!/^https?:\/\/[^/\\?#]/i.test(text))
    return 'does not begin with http:// or https:// and a host';
  if (/[\s\\\p{Cc}]/u.test(text)) return 'holds a space, a backslash or a control character';
  if (!URL.canParse(text)) return 'is not a URL';
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    return 'holds credentials: write auth: {basic: {user, password}} beside the url, in the file';
  if (url.port === '0') return 'has port 0';
  if (text.includes('#')) return 'holds a fragment (#)';
  if (text.includes('?'))
    return 'holds a query (?): write query: {name: value} beside the url, in the file';
  return undefined;
}
