import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dialectMembers } from '../../src/config/nodes/dialect-schema.ts';
import { nodeShape } from '../../src/config/nodes/node-list.ts';
import { SETTING_KEYS } from '../../src/config/schema.ts';
import { accessText, addressOf } from '../../src/node/access/access.ts';
import { problemsOf, settingsOf } from './load-in.ts';
import { configurationPage, PAGE } from './page.ts';

const page = readFileSync(PAGE, 'utf8');

/** The blocks of code in this language, as they stand in the page. */
function blocks(language: string): readonly string[] {
  return [...page.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(
    (match) => match[1] ?? '',
  );
}

describe('docs/configuration.md', () => {
  test('says what the schema says (if not: node test/config/page.ts)', () => {
    expect(page).toBe(configurationPage());
  });

  test('names every setting', () => {
    for (const key of SETTING_KEYS) expect(page).toContain(`| \`${key}\``);
  });

  test('names every member of a node and of a dialect, each in its own table', () => {
    const tables = page.split('| member | what it is |').slice(1, 3);
    const [ofNodes = [], ofDialects = []] = tables.map((table) =>
      [...table.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell = '']) => cell.match(/\w+/g) ?? []),
    );
    expect(ofNodes.toSorted()).toEqual(Object.keys(nodeShape).toSorted());
    expect(ofDialects).toEqual(expect.arrayContaining(Object.keys(dialectMembers)));
  });

  test('its two example files load, and say the same', () => {
    const [json = ''] = blocks('json');
    const [yaml = ''] = blocks('yaml');
    const fromJson = settingsOf({ files: { 'lockstep.config.json': json } });
    const fromYaml = settingsOf({ files: { 'lockstep.config.yaml': yaml } });
    expect(fromJson.nodes).toHaveLength(2);
    const { dataDir: _, journal: _journal, clients: _clients, ...rest } = fromJson;
    expect(fromYaml).toMatchObject(rest);
  });

  test('its nodes load, with all that they want to hear', () => {
    const [, yaml = ''] = blocks('yaml');
    const { nodes } = settingsOf({ files: { 'lockstep.config.yaml': yaml } });
    expect(nodes.map(accessText)).toEqual([
      'auth bearer; tls ca, cert, key',
      'headers X-Tenant; query version; auth basic',
      '',
    ]);
    expect(nodes.map(addressOf)[2]).toBe('unix:/var/run/here.sock');
  });

  test('its dialect loads, and differs as it says', () => {
    const yaml = blocks('yaml').at(-1) ?? '';
    const files = { 'lockstep.config.yaml': yaml };
    expect(problemsOf({ files })).toEqual([]);
    expect(settingsOf({ files }).dialect).toMatchObject({
      name: 'users',
      mark: null,
      record: { key: '/id', type: 'text' },
      create: { path: '/users', applied: [{ status: [201] }], exists: [{ status: [409] }] },
      delete: { body: null, method: 'DELETE', restore: 'exact' },
      list: { paging: { by: 'page', first: 1 }, sorted: false },
      limits: { connectionsPerNode: 8 },
    });
  });
});
