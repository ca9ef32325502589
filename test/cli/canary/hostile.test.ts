/** `lockstep doctor --try` against nodes that answer with wrong or harmful names, lists and redirects. */
import { expect, test } from 'vitest';
import { tryKey } from '../../../src/cli/doctor/canary/try.ts';
import { KEY, type Reply, termsOf, tried, type UsersNode, usersNode } from './users-node.ts';

const NAMELESS = { create: { body: { json: { groupId: '{key}' } } } };

function deletesOf({ calls }: UsersNode): readonly string[] {
  return calls.filter((call) => call.startsWith('DELETE '));
}

/** The answer to a create names this record, which the node did not make. */
function naming(id: unknown): (call: string) => Reply | undefined {
  return (call) => (call.startsWith('POST ') ? { status: 201, body: { data: { id } } } : undefined);
}

test.each([
  ['an empty name', ''],
  ['a name that the dialect does not allow', 'Not.Allowed'],
  ['a name that leads to another path', '../admins'],
  ['a long name', 'a'.repeat(5000)],
])('P1: %s in the answer to a create is never deleted, nor stands in a call', async (_, name) => {
  const node = await usersNode();
  let isMade = false;
  node.instead = (call) => {
    if (call.startsWith('POST ')) isMade = true;
    const isPage = isMade && call.startsWith('GET /api/users?page=1');
    return isPage ? { status: 200, body: { items: [{ id: name }] } } : naming(name)(call);
  };
  const findings = await tried(termsOf([node]));
  const own = `DELETE /api/users/${KEY}`;
  expect(new Set(deletesOf(node))).toEqual(new Set([own]));
  const left = findings.find(({ message }) => message.includes('the answer to a create named it'));
  expect(left?.message.length).toBeLessThan(250);
  expect(left?.hint).toBe("If nobody else created it, delete it with the node's own tools.");
});

test('P1: a record of another program that the answer to a create names is left alone', async () => {
  const node = await usersNode();
  node.ids.add('somebody');
  node.instead = naming('somebody');
  const findings = await tried(termsOf([node]));
  expect([...node.ids]).toEqual(['somebody']);
  expect(deletesOf(node)).not.toContain('DELETE /api/users/somebody');
  expect(findings.map(({ hint }) => hint).join('\n')).not.toContain('users/somebody');
});

test('P1: a record of another program is left alone, in whichever case the answer names it', async () => {
  const node = await usersNode();
  node.ids.add('somebody');
  node.instead = naming('SomeBody');
  const keys = { pattern: '[A-Za-z0-9-]+', fold: 'ascii-lower' };
  const findings = await tried(termsOf([node], { keys }));
  expect([...node.ids]).toEqual(['somebody']);
  expect(findings.map(({ hint }) => hint).join('\n')).not.toMatch(/users\/somebody/i);
});

test('P1: a record that no list shows after the create is not deleted', async () => {
  const node = await usersNode();
  node.instead = naming('unseen');
  const findings = await tried(termsOf([node]));
  expect(deletesOf(node)).not.toContain('DELETE /api/users/unseen');
  expect(findings.at(-1)).toMatchObject({
    message: 'the record unseen may be left behind: the answer to a create named it',
    hint: expect.stringMatching(/^If nobody else created it, remove it: curl .*\/users\/unseen$/),
  });
});

test('P1: stopped after the create, it takes a list before it deletes a record of another name', async () => {
  const node = await usersNode();
  const [stop, leave] = [new AbortController(), new AbortController()];
  node.instead = (call) => {
    if (call.startsWith('POST ')) stop.abort();
    return undefined;
  };
  await tryKey(termsOf([node], NAMELESS), { stop: stop.signal, leave: leave.signal });
  expect(node.calls.some((call) => call.startsWith('POST '))).toBe(true);
  expect([...node.ids]).toEqual([]);
});

test('P1: where the key stands in the query of reads alone, no DELETE is sent to their path', async () => {
  const node = await usersNode();
  const found = { status: 404, body: { error: 'not_found' } };
  node.instead = (call) => {
    if (call.startsWith('GET /api/users?id=')) {
      return node.ids.has(KEY) ? { status: 200, body: { data: { id: KEY } } } : found;
    }
    return call.startsWith('DELETE ') ? { status: 403, body: { error: 'forbidden' } } : undefined;
  };
  const findings = await tried(termsOf([node], { read: { path: '/users?id={key}' } }));
  expect(new Set(deletesOf(node))).toEqual(new Set([`DELETE /api/users/${KEY}`]));
  expect(findings.at(-1)).toMatchObject({
    message: expect.stringContaining('may be left behind: the delete was answered 403'),
    hint:
      'doctor sends no DELETE to read.path (/users?id={key}), which names the key only in its query. ' +
      'Delete the record canary-1 with the tools of the node, and correct the delete call of the dialect.',
  });
});

function endless(call: string): Reply | undefined {
  const [, page] = /^GET \/api\/users\?page=(\d+)/.exec(call) ?? [];
  return page === undefined
    ? undefined
    : { status: 200, body: { items: [{ id: `page-${page}` }] } };
}

test('P9: a list of more than 1,000 pages is an error, not the absence of a key', async () => {
  const node = await usersNode();
  node.instead = endless;
  const findings = await tried(termsOf([node]));
  expect(findings[0]).toMatchObject({
    level: 'fail',
    message: 'the list cannot be used: the list has more than 1,000 pages',
  });
  expect([...node.ids]).toEqual([]);
});

test('P9: Ctrl-C stops a list under way', async () => {
  const node = await usersNode();
  const [stop, leave] = [new AbortController(), new AbortController()];
  node.instead = (call) => {
    if (call.startsWith('GET /api/users?page=5&')) stop.abort();
    return endless(call);
  };
  const findings = await tryKey(termsOf([node]), { stop: stop.signal, leave: leave.signal });
  expect(findings).toMatchObject([{ message: 'the trial was stopped before it created anything' }]);
  expect(node.calls.filter((call) => call.startsWith('GET /api/users?'))).toHaveLength(5);
});

test('P9: of many new records ten are named, and the others are counted', async () => {
  const node = await usersNode();
  node.instead = (call) => {
    if (!call.startsWith('POST ')) return undefined;
    for (let count = 0; count < 50; count++) node.ids.add(`new-${count}`);
    return { status: 204 };
  };
  const findings = await tried(termsOf([node]));
  const named = findings.filter(({ message }) => message.endsWith('it is new in the list'));
  expect(named).toHaveLength(10);
  expect(findings.at(-1)?.message).toBe('40 more records are new in the list');
  expect(node.ids.size).toBe(50);
});

test('P10: a redirect is reported without the query of its target', async () => {
  const node = await usersNode();
  node.instead = () => ({ status: 302, location: 'https://sso.example/login?ticket=s3cret' });
  const findings = await tried(termsOf([node]));
  expect(JSON.stringify(findings)).not.toContain('s3cret');
  expect(findings[0]?.message).toContain('302 to https://sso.example/login?…');
  expect(findings[0]?.hint).toContain('Correct the URL of the node: this one redirects.');
});
