/** Bad input of nodes and dialects: each error names its place, and no start continues with a part of it. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadSettings } from '../../src/config/load.ts';
import { certificate } from '../support/certificate.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { problemsOf } from './load-in.ts';

const FILE = 'lockstep.config.json';
const LISTED = { items: '', key: '', paging: null };

describe('P10: a place that no template has is refused where it stands', () => {
  test.each<[string, object]>([
    ['headers.X-A', { headers: { 'X-A': '{kye}' } }],
    ['create.headers.X-A', { create: { headers: { 'X-A': '{kye}' } } }],
    ['read.headers.X-A', { read: { headers: { 'X-A': '{kye}' } } }],
    ['delete.headers.X-A', { delete: { headers: { 'X-A': '{kye}' } } }],
    ['create.path', { create: { path: '/{kye}' } }],
    ['create.path', { create: { path: '/records?key={kye}' } }],
    ['read.path', { read: { path: '/{key}/{kye}' } }],
    ['delete.path', { delete: { path: '/{key}/{kye}' } }],
    ['create.body', { create: { body: { text: '{key} {kye}' } } }],
    ['create.body', { create: { body: { json: { a: '{key}', b: ['{kye}'] } } } }],
    ['create.body', { create: { body: { json: { a: '{key}', '{kye}': 1 } } } }],
    ['create.body', { create: { body: { json: { a: '{key:nunber}' } } } }],
    ['delete.body', { delete: { body: { json: { a: '{key}', b: '{kye}' } } } }],
    ['create.contentType', { create: { contentType: 'text/{kye}' } }],
    ['list.path', { list: { ...LISTED, path: '/records?from={kye}' } }],
    ['health.path', { health: { path: '/{kye}' } }],
    ['health.text', { health: { path: '/ping', text: 'I am {node}' } }],
    ['create.applied.text', { create: { applied: { status: 201, text: '{kye}' } } }],
    ['read.present.header.x-a', { read: { present: { status: 200, header: { 'x-a': '{kye}' } } } }],
    ['read.absent.json./a', { read: { absent: { status: 404, json: { '/a': '{kye}' } } } }],
  ])('%s of %j', (place, mine) => {
    const dialects = { mine: { extends: 'challenge', ...mine } };
    const files = { [FILE]: { dialect: 'mine', dialects } };
    const problems = problemsOf({ files });
    expect(problems.map(({ source }) => source)).toEqual([`${FILE}: dialects.mine.${place}`]);
    expect(problems[0]?.message).toMatch(/\{kye\}|\{key:nunber\}|braces/);
  });
});

describe('P10: what is none of its allowed forms is named with them', () => {
  const FILLED = { create: { body: { json: { id: '{key}', name: '{record.name}' } } } };

  test.each<[place: string, mine: object, message: string]>([
    [
      'delete.restore',
      { delete: { restore: 'exakt' } },
      'is not exact, template, none or an object of keep, drop and set',
    ],
    ['delete.restore', { delete: { restore: 5 } }, 'is not exact, template, none or an object'],
    [
      'list.paging.by',
      { list: { ...LISTED, path: '/records', paging: { by: 'pages' } } },
      'is not after, page, offset, cursor, link',
    ],
    [
      'record.content.quota',
      { ...FILLED, record: { content: { quota: '/quota' } }, delete: { restore: 'none' } },
      'compares a member that no create sends: create.body has no place {record.quota}',
    ],
  ])('%s of %j', (place, mine, message) => {
    const dialects = { mine: { extends: 'challenge', ...mine } };
    const problems = problemsOf({ files: { [FILE]: { dialect: 'mine', dialects } } });
    expect(problems.map(({ source }) => source)).toEqual([`${FILE}: dialects.mine.${place}`]);
    expect(problems[0]?.message).toContain(message);
    // The library's own texts begin with a capital.
    expect(problems[0]?.message).not.toMatch(/Invalid|^[A-Z]/);
  });
});

describe('P10: a file of TLS that is not what it must be is refused by its own name', () => {
  const pair = certificate();
  const other = certificate();

  /** What a start says of a node with these files. */
  function faultsOf(files: Readonly<Record<string, string>>): readonly string[] {
    const cwd = tempFolder();
    const tls = Object.keys(files).map((member) => [member, `${member}.pem`]);
    for (const [member, text] of Object.entries(files)) {
      writeFileSync(join(cwd, `${member}.pem`), text);
      chmodSync(join(cwd, `${member}.pem`), 0o600);
    }
    const nodes = { a: { url: 'https://a.example', tls: Object.fromEntries(tls) } };
    writeFileSync(join(cwd, FILE), JSON.stringify({ nodes }));
    const loaded = loadSettings({ env: {}, cwd, readsSecrets: true });
    const place = `${FILE}: nodes.a.`;
    const problems = loaded.ok ? [] : loaded.problems;
    return problems.map(({ source, message }) =>
      `${source} ${message}`.replace(place, '').replace(`${cwd}/`, ''),
    );
  }

  test('certificates and keys, each alone and as a pair', (ctx) => {
    if (pair === undefined || other === undefined) return ctx.skip('openssl is not installed');
    const { cert, key } = pair;
    const [none, noKey] = [
      'which holds no certificate in PEM',
      'which holds no private key in PEM, or one with a passphrase',
    ];
    expect(faultsOf({ ca: cert })).toEqual([]);
    expect(faultsOf({ ca: `# Two of them.\n${cert}${other.cert}`, cert, key })).toEqual([]);
    expect(faultsOf({ ca: 'no certificate' })).toEqual([`tls.ca names the file ca.pem, ${none}`]);
    expect(faultsOf({ ca: key })).toEqual([`tls.ca names the file ca.pem, ${none}`]);
    expect(faultsOf({ ca: cert.slice(0, 200) })).toEqual([`tls.ca names the file ca.pem, ${none}`]);
    expect(faultsOf({ ca: cert + cert.replace('MI', 'XX') })).toEqual([
      `tls.ca names the file ca.pem, ${none}`,
    ]);
    expect(faultsOf({ cert: key, key: cert })).toEqual([
      `tls.cert names the file cert.pem, ${none}`,
      `tls.key names the file key.pem, ${noKey}`,
    ]);
    expect(faultsOf({ cert, key: other.key })).toEqual([
      'tls names a cert and a key that do not belong together',
    ]);
  });
});
