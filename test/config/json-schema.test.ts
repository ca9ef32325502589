import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { SETTING_KEYS } from '../../src/config/schema.ts';
import { SHIPPED_DIALECTS } from '../../src/node/dialects/index.ts';
import { settingsOf } from './load-in.ts';
import { JSON_SCHEMA, jsonSchemaText } from './page.ts';
import { faultsBy } from './schema-check.ts';

const EXAMPLES = new URL('../../docs/examples/', import.meta.url);
const file = readFileSync(JSON_SCHEMA, 'utf8');

function faultsOf(config: unknown): readonly string[] {
  return faultsBy(configJsonSchema(), config);
}

describe('docs/lockstep.config.schema.json, for editors', () => {
  test('says what the schema says (if not: node test/config/page.ts)', () => {
    expect(file).toBe(jsonSchemaText());
  });

  test('names every setting, and a file may name it', () => {
    expect(Object.keys(configJsonSchema()['properties'] as object)).toEqual([
      '$schema',
      ...SETTING_KEYS,
    ]);
    const files = { 'lockstep.config.json': { $schema: './lockstep.config.schema.json' } };
    expect(settingsOf({ files }).dialect.name).toBe('reliable-ops');
  });

  test.each(readdirSync(EXAMPLES))('takes the worked example %s, and so does the start', (name) => {
    const text = readFileSync(new URL(name, EXAMPLES), 'utf8');
    expect(faultsOf(parse(text))).toEqual([]);
    const { nodes, dialect } = settingsOf({ files: { 'lockstep.config.yaml': text } });
    expect(nodes).toHaveLength(3);
    expect(text).toContain(`dialect: ${dialect.name}\n`);
  });

  test('takes what --check shows of the dialects that ship', () => {
    for (const { name: _, ...members } of SHIPPED_DIALECTS) {
      expect(faultsOf({ dialects: { mine: members } })).toEqual([]);
    }
  });

  test('takes nodes in each form, with all that they may want to hear', () => {
    const access = { auth: { bearer: 'x' }, headers: { A: 'b' }, tls: { ca: '/c' }, socket: '/s' };
    const forms = [
      'a=http://a',
      { a: 'http://a' },
      { a: access },
      [{ name: 'a', url: 'http://a' }],
    ];
    for (const nodes of forms) expect(faultsOf({ nodes })).toEqual([]);
  });

  test.each([
    [{ node: {} }, '/node'],
    [{ dialects: { mine: { creat: {} } } }, '/dialects/mine/creat'],
    [{ dialects: { mine: { create: { applid: 201 } } } }, '/dialects/mine/create/applid'],
    [{ dialects: { mine: { create: { method: 'GET' } } } }, '/dialects/mine/create/method'],
    [{ dialects: { mine: { read: { absent: '404' } } } }, '/dialects/mine/read/absent'],
    [{ dialects: { mine: { limits: { answerBytes: 1 } } } }, '/dialects/mine/limits/answerBytes'],
    [{ nodes: { a: { ur: 'http://a' } } }, '/nodes'],
    [{ executors: 0 }, '/executors'],
  ])('%j is marked where it is wrong', (config, place) => {
    expect(faultsOf(config)).toEqual([place]);
  });
});
