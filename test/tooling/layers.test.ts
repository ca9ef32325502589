/** The layer check fails on forbidden imports, and if it has read nothing. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unusedGrants } from '../../tools/layers/grants.ts';
import { edgeOf } from '../../tools/layers/judge.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { PROJECT, run, write } from './temp-project.ts';

const CLEAN = { 'src/core/model.ts': "import './token.ts';", 'src/core/token.ts': 'export {};' };

function check(files: Readonly<Record<string, string>>) {
  const root = tempFolder();
  for (const [path, text] of Object.entries(files)) write(root, path, text);
  return run([process.execPath, join(PROJECT, 'tools/layers/main.ts'), root], { cwd: root });
}

describe('the layer check', () => {
  it('passes a clean tree and says how much it read', () => {
    const { code, stdout, stderr } = check(CLEAN);
    expect(stderr).toBe('');
    expect(stdout).toBe('layers: 2 files, 1 imports, 0 faults\n');
    expect(code).toBe(0);
  });

  it.each([
    ['a static import', "import { x } from '../node/a.ts';"],
    ['a type-only import', "import type { X } from '../node/a.ts';"],
    ['an import for its effects', "import '../node/a.ts';"],
    ['a re-export of a type', "export type { X } from '../node/a.ts';"],
    ['a re-export of everything', "export * from '../node/a.ts';"],
    ['a dynamic import', "await import('../node/a.ts');"],
    ['an import inside a type', "type X = import('../node/a.ts').X;"],
  ])('sees %s of a forbidden layer', (_, line) => {
    const planted = { 'src/node/a.ts': 'export {};', 'src/core/b.ts': `export {};\n${line}` };
    const { code, stderr } = check({ ...CLEAN, ...planted });
    expect(stderr).toBe('src/core/b.ts:2 core must not import node/a.ts\n');
    expect(code).toBe(1);
  });

  it.each([
    ['core', 'node:fs', 'core must not import node:fs: it is pure'],
    ['core', 'zod', 'core must not import zod: it is pure'],
    ['node', 'zeromq', 'zeromq belongs in channel/**, client/**, coordinator/** alone'],
    ['lifecycle', 'pm2', 'pm2 has no place in tools/layers/rules.ts'],
    ['journal', '@scope/name/part', '@scope/name has no place in tools/layers/rules.ts'],
    ['journal', 'better-sqlite3', 'better-sqlite3 belongs in journal/sqlite/**, nodesim/** alone'],
    ['coordinator', '../journal/memory/a.ts', 'coordinator must not import journal/memory/a.ts'],
    ['config', '../node/client.ts', 'config must not import node/client.ts'],
    ['cli', '../daemon.ts', 'daemon.ts is an entry: to import it is to run it'],
    ['cli', '../composition/wiring.ts', 'cli must not import composition/wiring.ts'],
    ['cli', '../../package.json', '../package.json is outside of src'],
    ['cli', './absent.ts', 'cli/absent.ts does not exist'],
    ['extra', 'zod', 'this file belongs to no layer'],
  ])('forbids %s to import %s', (layer, request, objection) => {
    const planted = {
      'src/journal/memory/a.ts': 'export {};',
      'src/node/client.ts': 'export {};',
      'src/daemon.ts': 'export {};',
      'src/composition/wiring.ts': 'export {};',
      [`src/${layer}/planted.ts`]: `import '${request}';`,
    };
    const { code, stderr } = check({ ...CLEAN, ...planted });
    expect(stderr).toBe(`src/${layer}/planted.ts:1 ${objection}\n`);
    expect(code).toBe(1);
  });

  it('lets the composition root and the thread entries import everything', () => {
    const wiring = "import './core/model.ts'; import 'zeromq'; import 'better-sqlite3';";
    const thread = wiring.replace('./core', '../core');
    const { code } = check({
      ...CLEAN,
      'src/daemon.ts': wiring,
      'src/executor/thread.ts': thread,
      'src/composition/wiring.ts': thread,
    });
    expect(code).toBe(0);
  });

  it.each([
    ["import type { Data } from './executor/thread.ts';", 0],
    ["import { type Data } from './executor/thread.ts';", 1],
    ["import type from './executor/thread.ts';", 1],
  ])('lets an entry know the types of another, and not run it: %s', (line, exitCode) => {
    const thread = 'export interface Data { readonly name: string }';
    const { code } = check({ ...CLEAN, 'src/daemon.ts': line, 'src/executor/thread.ts': thread });
    expect(code).toBe(exitCode);
  });

  it('reports a cycle between files, made of types or not', () => {
    const { code, stderr } = check({
      'src/core/a.ts': "import type { B } from './b.ts';",
      'src/core/b.ts': "export * from './c.ts';",
      'src/core/c.ts': "import './a.ts';",
      'src/core/d.ts': "import './a.ts';",
    });
    expect(stderr).toBe('import cycle: src/core/a.ts, src/core/b.ts, src/core/c.ts\n');
    expect(code).toBe(1);
  });

  it.each(['bench', 'test/support', 'tools'])('reports a cycle in %s', (folder) => {
    const { code, stderr } = check({
      ...CLEAN,
      [`${folder}/a.ts`]: "import type { B } from './b.ts';",
      [`${folder}/b.ts`]: "import './a.ts';",
    });
    expect(stderr).toBe(`import cycle: ${folder}/a.ts, ${folder}/b.ts\n`);
    expect(code).toBe(1);
  });

  it('reports an import whose name is computed', () => {
    const { code, stderr } = check({ ...CLEAN, 'src/core/b.ts': 'await import(String(1));' });
    expect(stderr).toBe('src/core/b.ts:1 imports a computed name: nobody can check it\n');
    expect(code).toBe(1);
  });

  it('fails when there is no source file', () => {
    const { code, stderr } = check({});
    expect(stderr).toMatch(/^no source file was found in /);
    expect(code).toBe(1);
  });

  it('fails when not one import was read', () => {
    const { code, stderr } = check({ 'src/core/a.ts': 'export const a = 1;' });
    expect(stderr).toBe('not one import was read in 1 files\n');
    expect(code).toBe(1);
  });

  it('fails on a file that does not parse', () => {
    const { code, stderr } = check({ ...CLEAN, 'src/core/b.ts': 'const = ;' });
    expect(stderr).toContain('core/b.ts does not parse');
    expect(code).toBe(1);
  });
});

describe('a grant that no import needs', () => {
  const files = ['daemon.ts', 'journal/thread.ts', 'journal/a.ts', 'core/b.ts'];
  const edges = [
    edgeOf('journal/a.ts', '../core/b.ts', { isErased: true }),
    edgeOf('journal/a.ts', 'zod', { isErased: false }),
  ];
  const rules = {
    entries: ['daemon.ts', '**/thread.ts'],
    composition: [],
    layers: {
      core: { targets: [], isPure: true },
      journal: { targets: ['core/**'], isPure: false },
    },
    packages: { zod: ['journal/**'] },
  };
  const unused = (changed: Partial<typeof rules>) =>
    unusedGrants({ files, edges }, { ...rules, ...changed });

  it('is not found where every grant is used', () => {
    expect(unused({})).toEqual([]);
  });

  it('is found for files, for packages and for folders that are gone', () => {
    const layers = {
      core: { targets: [], isPure: true },
      gone: { targets: [], isPure: true },
      journal: { targets: ['core/**', 'journal/**', 'core/c.ts'], isPure: false },
    };
    const packages = { zod: ['journal/**', 'core/**'], ky: ['journal/**'] };
    expect(unused({ layers, packages, entries: [...rules.entries, 'main.ts'] })).toEqual([
      'tools/layers/rules.ts: journal may import journal/**, and does not',
      'tools/layers/rules.ts: journal may import core/c.ts, and does not',
      'tools/layers/rules.ts: core/** may import zod, and does not',
      'tools/layers/rules.ts: journal/** may import ky, and does not',
      'tools/layers/rules.ts: no file is gone/**',
      'tools/layers/rules.ts: no file is main.ts',
    ]);
  });

  it('is not used by an entry, which sees everything in any case', () => {
    const entry = edgeOf('journal/thread.ts', '../core/b.ts', { isErased: false });
    expect(unusedGrants({ files, edges: [entry] }, rules)).toEqual([
      'tools/layers/rules.ts: journal may import core/**, and does not',
      'tools/layers/rules.ts: journal/** may import zod, and does not',
    ]);
  });
});
