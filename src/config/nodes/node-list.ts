/**
 * The nodes of the cluster: `name=url,…` as text, an object or a list in a file; one list inside.
 *
 * Whether two nodes may share an address depends on the dialect: `relations.ts` checks it.
 */
import { z } from 'zod';
import { strict } from '../settings/strict-object.ts';

const NODES_MAX = 50;

/** Names key objects all over the daemon, so what every object inherits is not a name. */
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

const oneNode = strict({ name: plainName, url: nodeUrl });

export const nodeList = z.preprocess(
  toList,
  z
    .array(oneNode)
    .min(1, 'names no node')
    .max(NODES_MAX, `names more than ${NODES_MAX} nodes`)
    .superRefine((nodes, context) => {
      const seen = new Set<string>();
      for (const [index, { name }] of nodes.entries()) {
        if (seen.has(name)) {
          const message = `names ${JSON.stringify(name)} twice`;
          context.addIssue({ code: 'custom', message, path: [index, 'name'] });
        }
        seen.add(name);
      }
    })
    .readonly(),
);

/** Brings the three forms to one; what is none of them is left for the schema to refuse. */
function toList(value: unknown, context: z.RefinementCtx): unknown {
  if (typeof value === 'string') return fromText(value, context);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.entries(value).map(([name, url]) => ({ name, url: url as unknown }));
}

/** Space around an entry is allowed, so that a long list can be broken into lines. */
function fromText(text: string, context: z.RefinementCtx): unknown {
  const entries = text.split(',').map((entry) => entry.trim());
  const nodes = [];
  for (const [index, entry] of entries.entries()) {
    const at = entry.indexOf('=');
    if (at > 0) {
      nodes.push({ name: entry.slice(0, at), url: entry.slice(at + 1) });
      continue;
    }
    const message = entry === '' ? 'is an empty entry' : 'is not of the form name=url';
    context.addIssue({ code: 'custom', message, path: [index], input: entry });
  }
  return nodes.length === entries.length ? nodes : z.NEVER;
}

function urlFault(text: string): string | undefined {
  if (!/^https?:\/\/[^/\\?#]/i.test(text))
    return 'does not begin with http:// or https:// and a host';
  if (/[\s\\\p{Cc}]/u.test(text)) return 'holds a space, a backslash or a control character';
  if (!URL.canParse(text)) return 'is not a URL';
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return 'holds credentials';
  if (url.port === '0') return 'has port 0';
  if (text.includes('#')) return 'holds a fragment (#)';
  if (text.includes('?')) return 'holds a query (?)';
  return undefined;
}
