import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadSettings, shown } from '../../src/config/load.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { problemsOf, settingsOf } from './load-in.ts';

const FILE = 'lockstep.config.json';
const PLAIN = 'very-secret-4711';

function withNode(node: unknown) {
  return { files: { [FILE]: { nodes: { a: node } } } };
}

/** Its problems: the place below the node, and the message. */
function faultsOf(node: unknown): readonly string[] {
  return problemsOf(withNode(node)).map(
    ({ source, message }) => `${source.replace(`${FILE}: nodes.a`, '')} ${message}`,
  );
}

const URL_ONLY = { url: 'https://a.example' };

describe('the settings of a node besides its address', () => {
  test('is read as it is written, and survives JSON', () => {
    const node = {
      url: 'https://a.example/api',
      headers: { 'X-Tenant': 'blue', 'X-API-Key': '${env:KEY}' },
      query: { version: '2', token: '${env:KEY}' },
      auth: { basic: { user: 'lockstep', password: '${env:PASSWORD}' } },
      tls: { ca: '/etc/ca.pem', cert: '/etc/cert.pem', key: '/etc/key.pem', serverName: 'node.a' },
    };
    const [read] = settingsOf(withNode(node)).nodes;
    expect(read).toMatchObject({ name: 'a', ...node });
    expect(JSON.parse(JSON.stringify(read))).toEqual(read);
  });

  test('a unix socket needs no URL; two nodes may not share one', () => {
    const [read] = settingsOf(withNode({ socket: '/run/a.sock' })).nodes;
    expect(read).toMatchObject({ name: 'a', url: 'http://localhost', socket: '/run/a.sock' });
    const nodes = { a: { socket: '/run/a.sock' }, b: { socket: '/run/b.sock' } };
    const dialect = 'challenge';
    expect(settingsOf({ files: { [FILE]: { dialect, nodes } } }).nodes).toHaveLength(2);
    const same = { a: { socket: '/run/a.sock' }, b: { socket: '/run/a.sock' } };
    const [problem] = problemsOf({ files: { [FILE]: { dialect, nodes: same } } });
    expect(problem?.message).toContain('no two nodes have the same URL or socket');
  });

  test('files are found from the working directory on', () => {
    const { nodes, dataDir } = settingsOf(
      withNode({ ...URL_ONLY, auth: { bearer: '${file:token}' }, tls: { ca: 'ca.pem' } }),
    );
    const cwd = join(dataDir, '..');
    expect(nodes[0]?.auth).toEqual({ bearer: `\${file:${join(cwd, 'token')}}` });
    expect(nodes[0]?.tls).toEqual({ ca: join(cwd, 'ca.pem') });
  });

  test.each<[unknown, string]>([
    [{ headers: { 'X-API-Key': PLAIN } }, '.headers.X-API-Key is in plain text'],
    [{ headers: { Authorization: `Bearer ${PLAIN}` } }, '.headers.Authorization is in plain text'],
    [{ query: { token: PLAIN } }, '.query.token is in plain text'],
    [{ auth: { bearer: PLAIN } }, '.auth.bearer is in plain text'],
    [{ auth: { basic: { user: 'u', password: PLAIN } } }, '.auth.basic.password is in plain'],
    [{ auth: { header: { name: 'X-K', value: PLAIN } } }, '.auth.header.value is in plain text'],
    [{ auth: { bearer: 4711 } }, '.auth.bearer is not text'],
    [{ auth: {} }, '.auth is not exactly one of basic, bearer, header'],
    [{ auth: { digest: PLAIN, bearer: '${env:A}' } }, '.auth has an unknown key "digest"'],
    [
      { auth: { bearer: '${env:A}', basic: { user: 'u', password: '${env:A}' } } },
      '.auth is not exactly one of',
    ],
    [{ auth: { basic: { user: 'a:b', password: '${env:A}' } } }, '.auth.basic.user holds a colon'],
    [{ auth: { bearer: '${vault:a}' } }, '.auth.bearer holds a ${…} that is neither ${env:NAME}'],
    [{ auth: { bearer: '${env:A' } }, '.auth.bearer holds a ${…} that is neither ${env:NAME}'],
    [{ headers: { host: 'b' } }, '.headers.host is a header that lockstep writes itself'],
    [{ headers: { 'a b': 'c' } }, '.headers.a b is not the name of a header'],
    [{ headers: { 'X-A': 'ä' } }, '.headers.X-A holds characters other than printable ASCII'],
    [{ headers: { 'X-A': 'a\r\nX-B: c' } }, '.headers.X-A holds characters other than printable'],
    [{ headers: { 'X-A': 'a', 'x-a': 'b' } }, '.headers.x-a is given twice'],
    [{ headers: ['X-A: b'] }, '.headers is not an object'],
    [{ socket: 'a.sock' }, '.socket "a.sock" does not begin with /'],
    [{ tls: { cert: '/c' } }, '.tls lacks key: cert and key belong together'],
    [{ tls: { ca: '/c' }, url: 'http://a' }, '.tls has no effect'],
    [{ tls: { rejectUnauthorized: false } }, '.tls has an unknown key "rejectUnauthorized"'],
    [{ ur: 'http://a' }, ' has an unknown key "ur" (did you mean "url"?)'],
    [{ url: `http://u:${PLAIN}@h` }, '.url "http://***@h" holds credentials: write auth'],
  ])('P10: %j is refused, and what may be secret is not shown', (more, fault) => {
    const faults = faultsOf({ ...URL_ONLY, ...(more as object) });
    expect(faults).toEqual([expect.stringContaining(fault)]);
    expect(faults.join()).not.toContain(PLAIN);
  });

  test('P10: every fault is reported at once', () => {
    const node = { headers: { host: 'b', 'X-Token': PLAIN }, auth: {}, tls: { cert: '/c' } };
    expect(faultsOf({ ...URL_ONLY, ...node })).toHaveLength(4);
  });

  test('the shown value names the secret, and contains none of it', () => {
    const node = {
      ...URL_ONLY,
      headers: { 'X-Tenant': 'blue' },
      query: { key: '${env:KEY}' },
      auth: { bearer: '${file:/run/secrets/token}' },
      tls: { ca: '/etc/ca.pem' },
    };
    const text = shown(settingsOf(withNode(node)), 'nodes');
    expect(text).toBe('a=https://a.example (headers X-Tenant; query key; auth bearer; tls ca)');
  });
});

describe('secrets that can not be had', () => {
  /** The result of a start for this node; its files are looked up in the folder. */
  function missing(cwd: string, node: object, env: Readonly<Record<string, string>> = {}) {
    writeFileSync(join(cwd, FILE), JSON.stringify({ nodes: { a: { ...URL_ONLY, ...node } } }));
    const loaded = loadSettings({ env, cwd, readsSecrets: true });
    return loaded.ok ? [] : loaded.problems.map(({ source, message }) => `${source} ${message}`);
  }

  test('P10: each is named, whether a variable or a file, and why', () => {
    const cwd = tempFolder();
    const write = (name: string, text: string, mode: number) => {
      writeFileSync(join(cwd, name), text);
      chmodSync(join(cwd, name), mode);
      return join(cwd, name);
    };
    const open = write('open', `${PLAIN}\n`, 0o644);
    const writable = write('writable', PLAIN, 0o602);
    const empty = write('empty', '\n', 0o600);
    const lines = write('lines', `${PLAIN}\n${PLAIN}\n`, 0o640);
    mkdirSync(join(cwd, 'folder'));
    const headers = {
      A: '${env:NOT_SET}',
      B: '${env:EMPTY}',
      C: '${file:none}',
      D: '${file:open}',
      E: '${file:writable}',
      F: '${file:empty}',
      G: '${file:lines}',
      H: '${file:folder}',
    };
    const faults = missing(cwd, { headers }, { EMPTY: '' });
    const place = `${FILE}: nodes.a.headers`;
    expect(faults).toEqual([
      `${place}.A names the variable NOT_SET, which is not set`,
      `${place}.B names the variable EMPTY, which is empty`,
      `${place}.C names the file ${join(cwd, 'none')}, which can't be read: ENOENT`,
      `${place}.D names the file ${open}, which all users of this machine can read`,
      `${place}.E names the file ${writable}, which all users of this machine can write`,
      `${place}.F names the file ${empty}, which is empty`,
      `${place}.G names the file ${lines}, which holds a line break or a character that is not ASCII`,
      `${place}.H names ${join(cwd, 'folder')}, which is not a file`,
    ]);
    expect(faults.join()).not.toContain(PLAIN);
    writeFileSync(join(cwd, 'good'), PLAIN, { mode: 0o600 });
    expect(missing(cwd, { auth: { bearer: '${file:good}' } })).toEqual([]);
  });

  test('P10: certificates too, and files that are none', () => {
    const cwd = tempFolder();
    writeFileSync(join(cwd, 'ca.pem'), 'no certificate', { mode: 0o644 });
    writeFileSync(join(cwd, 'key.pem'), 'no key', { mode: 0o644 });
    const place = `${FILE}: nodes.a.tls`;
    const text = `names the file ${join(cwd, 'ca.pem')}, which holds no certificate in PEM`;
    expect(missing(cwd, { tls: { ca: 'ca.pem', cert: 'ca.pem', key: 'key.pem' } })).toEqual([
      `${place}.ca ${text}`,
      `${place}.cert ${text}`,
      expect.stringContaining(
        `${place}.key names the file ${join(cwd, 'key.pem')}, which all users`,
      ),
    ]);
  });

  test('a caller that calls no node needs none of them', () => {
    const node = { ...URL_ONLY, auth: { bearer: '${env:NOT_SET}' } };
    expect(settingsOf(withNode(node)).nodes).toHaveLength(1);
  });
});
