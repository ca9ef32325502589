/** The package `lockstep-client`: packed, installed without a network in an empty folder, and used as its users do. */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { parseSync } from 'oxc-parser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shareCluster } from '../support/cluster.ts';
import { PROJECT } from '../tooling/temp-project.ts';

const OLD_NODE = '/usr/bin/node';
const MODULES = join(PROJECT, 'node_modules');
const cluster = shareCluster();
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-client-'));
  execFileSync(process.execPath, [join(PROJECT, 'tools/pack-client/main.ts'), folder], {
    stdio: 'pipe',
  });
  writeFileSync(join(folder, 'package.json'), '{"name":"user","private":true}');
  const [tarball = ''] = globSync('lockstep-client-*.tgz', { cwd: folder });
  // What npm would fetch, from here.
  const others = ['zeromq', 'cmake-ts', 'node-addon-api'].map((name) => join(MODULES, name));
  const options = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--install-links'];
  execFileSync('npm', ['install', ...options, `./${tarball}`, ...others], {
    cwd: folder,
    stdio: 'pipe',
  });
}, 180_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program of a user: creates a key, and prints the state and whether an error is known as one. */
const body = (key: string) => `
  const client = await LockstepClient.connect({ endpoint: process.env.ENDPOINT });
  const answer = await client.create('${key}');
  console.log(isError(answer) ? answer.error.code : answer.state);
  client.close();
  const error = await client.ping().catch((thrown) => thrown);
  console.log(error instanceof ClientError && error.code);
`;

const NAMES = 'ClientError, isError, LockstepClient';
const ESM = (key: string) => `import { ${NAMES} } from 'lockstep-client';\n${body(key)}`;
const CJS = (key: string) =>
  `const { ${NAMES} } = require('lockstep-client');\n(async () => {${body(key)}})();`;

async function outputOf(node: string, file: string, text: string): Promise<string> {
  writeFileSync(join(folder, file), text);
  const env = { PATH: process.env['PATH'], ENDPOINT: cluster.daemon.endpoint };
  return (await promisify(execFile)(node, [file], { cwd: folder, env })).stdout;
}

describe('the package of the client', () => {
  test('needs zeromq alone', () => {
    const installed = globSync('node_modules/**/package.json', { cwd: folder })
      .map((path) => dirname(path).replace('node_modules/', ''))
      .filter((name) => !name.includes('/'));
    expect(installed.sort()).toEqual(['cmake-ts', 'lockstep-client', 'node-addon-api', 'zeromq']);
  });

  test.each([
    ['an ES module', 'user.mjs', ESM],
    ['CommonJS', 'user.cjs', CJS],
  ])('creates a record from %s', async (_, file, text) => {
    expect(await outputOf(process.execPath, file, text(file))).toBe('committed\nclosed\n');
  });

  test('creates a record on Node.js 20, too', async (ctx) => {
    ctx.skip(!hasOldNode(), `${OLD_NODE} is not Node.js 20`);
    expect(await outputOf(OLD_NODE, 'old.mjs', ESM('old ESM'))).toBe('committed\nclosed\n');
    expect(await outputOf(OLD_NODE, 'old.cjs', CJS('old CJS'))).toBe('committed\nclosed\n');
  });

  test('is one, however often it is loaded: an error of one form is an error of the other', async () => {
    const text = `
      import { createRequire } from 'node:module';
      import { ClientError } from 'lockstep-client';
      console.log(createRequire(import.meta.url)('lockstep-client').ClientError === ClientError);
    `;
    expect(await outputOf(process.execPath, 'both.mjs', text)).toBe('true\n');
  });

  test('has the licence of each package that it bundles', () => {
    const text = readFileSync(join(folder, 'package/THIRD-PARTY-LICENSES.md'), 'utf8');
    expect(text.match(/^## .+$/gm)).toEqual(['## uuid']);
  });
});

describe('its types', () => {
  test('are complete for a strict project, as an ES module, as CommonJS and for a bundler', async () => {
    for (const extension of ['mts', 'cts']) {
      writeFileSync(join(folder, `user.${extension}`), TYPED(extension));
    }
    expect(check(['user.mts', 'user.cts'], 'nodenext')).toBe('');
    expect(check(['user.mts'], 'bundler')).toBe('');
    for (const extension of ['mjs', 'cjs']) {
      const text = readFileSync(join(folder, `out/user.${extension}`), 'utf8');
      expect(await outputOf(process.execPath, `typed.${extension}`, text)).toBe('committed\n');
    }
  });

  test('show an error in a program that misuses them', () => {
    const wrong = `import { LockstepClient } from 'lockstep-client';
      export const answer = new LockstepClient().create(5);`;
    writeFileSync(join(folder, 'wrong.mts'), wrong);
    expect(check(['wrong.mts'], 'nodenext')).toMatch(/wrong\.mts\(2,\d+\): error TS2345/);
  });

  test('have an example of each public method, and each example compiles', () => {
    const examples = globSync('node_modules/lockstep-client/types/client/**/*.d.ts', {
      cwd: folder,
    })
      .map((path) => readFileSync(join(folder, path), 'utf8'))
      .flatMap((text) => [...text.matchAll(/@example\n([\s\S]*?)(?=\n\s*\* @|\s*\*\/)/g)])
      .map(([, text = '']) => text.replace(/^\s*\* ?/gm, ''));
    expect(examples.length).toBeGreaterThan(25);
    const functions = examples.map(
      (text, index) => `export async function example${index}() {\n${text}\n}`,
    );
    const head = `import { ${NAMES}, isExpected, worthRetrying } from 'lockstep-client';
      void [ClientError, isExpected, worthRetrying];
      declare const client: LockstepClient;
      declare const console: { log(...all: unknown[]): void; error(...all: unknown[]): void };
      declare function setTimeout(act: () => void, ms: number): void;\n`;
    writeFileSync(join(folder, 'examples.mts'), head + functions.join('\n'));
    expect(check(['examples.mts'], 'nodenext')).toBe('');
  });

  test.each([
    'client/client.ts',
    'client/subscription.ts',
    'client/requests/requests.ts',
    'client/requests/operator-requests.ts',
    'client/errors.ts',
    'protocol/answer.ts',
  ])('of %s name no public method or function without an example', (file) => {
    expect(undocumented(file)).toEqual([]);
  });

  test.each(['src/client/README.md', 'README.md', 'docs/develop/README.md'])(
    'fit the first example of %s',
    (page) => {
      const text = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(PROJECT, page), 'utf8'))?.[1];
      expect(text).toContain("from 'lockstep-client'");
      const head =
        'declare const console: { log(...all: unknown[]): void; error(...all: unknown[]): void };';
      writeFileSync(join(folder, 'page.mts'), `${text}${head}`);
      expect(check(['page.mts'], 'nodenext')).toBe('');
    },
  );
});

/** Without anything of Node.js but what it uses itself. */
const TYPED = (extension: string) => `
  import { type CommandAnswer, isError, LockstepClient } from 'lockstep-client';
  declare const process: { env: Record<string, string | undefined> };
  declare const console: { log(...all: unknown[]): void };
  async function run(): Promise<void> {
    const client = await LockstepClient.connect({ endpoint: process.env['ENDPOINT'] ?? '' });
    const answer = await client.create('typed ${extension}', { lane: 'bulk', record: undefined });
    if (isError(answer)) throw new Error(answer.error.hint);
    const settled: CommandAnswer = answer;
    console.log(settled.state);
    client.close();
  }
  void run();
`;

/** @returns the faults that the compiler finds */
function check(files: readonly string[], resolution: 'nodenext' | 'bundler'): string {
  const module = resolution === 'bundler' ? 'esnext' : 'nodenext';
  const kind = ['--module', module, '--moduleResolution', resolution, '--target', 'es2022'];
  const plain = ['--ignoreConfig', '--outDir', 'out', '--types', '', '--lib', 'es2022'];
  const strict = ['--strict', '--noUncheckedIndexedAccess', '--skipLibCheck', 'false'];
  const { stdout, error } = spawnSync(
    process.execPath,
    [join(MODULES, 'typescript/bin/tsc'), ...plain, ...kind, ...strict, ...files],
    { cwd: folder, encoding: 'utf8' },
  );
  if (error !== undefined) throw error;
  return stdout;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly key?: { readonly type: string; readonly name?: string };
  readonly id?: { readonly name: string };
  readonly declaration?: Node | null;
  readonly body?: { readonly body: readonly Node[] };
  readonly value?: { readonly body?: unknown };
  readonly override?: boolean;
}

/** Public methods, getters and exported functions of a source that have no example in the comment before them. */
function undocumented(file: string): string[] {
  const text = readFileSync(join(PROJECT, 'src', file), 'utf8');
  const { program, comments } = parseSync(file, text);
  const hasExample = ({ start }: Node) => {
    const before = comments.filter(
      ({ end }) => end <= start && /^\s*$/.test(text.slice(end, start)),
    );
    return before.some(({ value }) => value.includes('@example'));
  };
  const exported = (program.body as unknown as readonly Node[]).filter(
    ({ type }) => type === 'ExportNamedDeclaration',
  );
  return exported.flatMap((node) => {
    const { type, id, body } = node.declaration ?? { type: '' };
    if (type === 'FunctionDeclaration') return hasExample(node) ? [] : [id?.name ?? ''];
    if (type !== 'ClassDeclaration' || id?.name === 'ClientError') return [];
    return (body?.body ?? [])
      .filter((member) => member.type.includes('MethodDefinition') && member.override !== true)
      .filter(({ key }) => key?.type === 'Identifier' && key.name !== undefined)
      .filter((member) => !hasExample(member))
      .map(({ key }) => key?.name ?? '');
  });
}

function hasOldNode(): boolean {
  const isThere = existsSync(OLD_NODE);
  const version = isThere ? execFileSync(OLD_NODE, ['--version'], { encoding: 'utf8' }) : '';
  return version.startsWith('v20.');
}
