/** The call that removes a record from a node, as a line for a shell. */
import { compileBody, compileHeader, compilePath } from '../../../node/dialect/template.ts';
import type { Course } from './course.ts';
import type { CanaryNode, NodeAccess } from './node.ts';

/**
 * Values of the node's own headers and parameters are left out but for references to secrets, which
 * whoever calls has to fill in: nothing shows them.
 */
export function removalCall(
  { access, dialect, key: own }: CanaryNode,
  { token }: Pick<Course, 'token'>,
  key = own,
): string {
  const { delete: call, mark } = dialect;
  const { name, socket, tls, query } = access;
  const fill = (text: string) => compileHeader(text, name)(key, '');
  const headers = Object.entries({ ...dialect.headers, ...call.headers }).map(
    ([header, text]) => `${header}: ${fill(text)}`,
  );
  const body = call.body === null ? [] : ['--data-raw', compileBody(call.body, name)(key, '')];
  if (call.body !== null) headers.push(`content-type: ${call.contentType}`);
  if (mark !== null && key === own) headers.push(`${mark.header}: ${token}`);
  const path = compilePath(call.path, name)(key, '');
  const added = Object.entries(query ?? {}).map(
    ([at, text]) => `${at}=${shown(text, `query.${at}`)}`,
  );
  const joint = path.includes('?') ? '&' : '?';
  const words = [
    '-X',
    call.method,
    ...[...headers, ...ownHeaders(access)].flatMap((header) => ['-H', header]),
    ...basic(access),
    ...body,
    ...option('--unix-socket', socket),
    ...option('--cacert', tls?.ca),
    ...option('--cert', tls?.cert),
    ...option('--key', tls?.key),
    access.url + path + (added.length === 0 ? '' : joint + added.join('&')),
  ];
  return ['curl', ...words.map(quoted)].join(' ');
}

function ownHeaders({ headers, auth }: NodeAccess): readonly string[] {
  const own = Object.entries(headers ?? {}).map(
    ([name, text]) => `${name}: ${shown(text, `headers.${name}`)}`,
  );
  if (auth === undefined || 'basic' in auth) return own;
  if ('bearer' in auth)
    return [...own, `authorization: Bearer ${shown(auth.bearer, 'auth.bearer')}`];
  return [...own, `${auth.header.name}: ${shown(auth.header.value, 'auth.header.value')}`];
}

function basic({ auth }: NodeAccess): readonly string[] {
  if (auth === undefined || !('basic' in auth)) return [];
  const { user, password } = auth.basic;
  return ['-u', `${shown(user, 'auth.basic.user')}:${shown(password, 'auth.basic.password')}`];
}

/** The references in it, or where it stands. */
function shown(text: string, place: string): string {
  const references = text.match(/\$\{(?:env|file):[^}]*\}/g);
  return references === null ? `<${place}>` : references.join('');
}

function option(name: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [name, value];
}

function quoted(word: string): string {
  return /^[\w./:-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
