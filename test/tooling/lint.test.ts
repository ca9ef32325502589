/** `npm run lint` and `npm run dead-code` fail on the faults that they must find. */
import { describe, expect, it } from 'vitest';
import { run, tempProject, write } from './temp-project.ts';

const CONFIGURATION = [
  'package.json',
  'tsconfig.json',
  'biome.json',
  '.oxlintrc.json',
  '.gitignore',
];
const CLEAN = 'export async function send(): Promise<void> {\n  await Promise.resolve();\n}\n';

function lint(planted: string, tool: 'biome' | 'oxlint') {
  const root = tempProject(CONFIGURATION);
  write(root, 'src/planted.ts', `${CLEAN}\n${planted}`);
  return tool === 'biome'
    ? run(['node_modules/.bin/biome', 'lint', '--error-on-warnings', '.'], { cwd: root })
    : run(['node_modules/.bin/oxlint'], { cwd: root });
}

const FLOATING = 'export function begin(): void {\n  send();\n}\n';
const MISUSED =
  'export const odd = [1, 2].filter(async (n) => {\n  await send();\n  return n;\n});\n';

describe('a floating promise', () => {
  it.each([
    ['biome', FLOATING, 'noFloatingPromises'],
    ['biome', MISUSED, 'noMisusedPromises'],
    ['oxlint', FLOATING, 'no-floating-promises'],
    ['oxlint', MISUSED, 'no-misused-promises'],
    ['oxlint', 'export const one = async (): Promise<number> => await 1;\n', 'await-thenable'],
  ] as const)('is an error to %s (%#)', (tool, planted, rule) => {
    const { code, stdout, stderr } = lint(planted, tool);
    expect(stdout + stderr).toContain(rule);
    expect(code).toBe(1);
  });

  it.each(['biome', 'oxlint'] as const)('is all that %s found there', (tool) => {
    const { code, stdout, stderr } = lint('', tool);
    expect(code, stdout + stderr).toBe(0);
  });

  it('fails `npm run lint`', () => {
    const root = tempProject(CONFIGURATION);
    write(root, 'src/planted.ts', `${CLEAN}\n${FLOATING}`);
    expect(run(['npm', 'run', 'lint'], { cwd: root }).code).not.toBe(0);
    write(root, 'src/planted.ts', CLEAN);
    const { code, stdout, stderr } = run(['npm', 'run', 'lint'], { cwd: root });
    expect(code, stdout + stderr).toBe(0);
  });
});

describe('the core', () => {
  it('reads no clock', () => {
    const root = tempProject(CONFIGURATION);
    write(root, 'src/core/planted.ts', 'export const now = (): number => Date.now();\n');
    const { code, stdout, stderr } = run(['node_modules/.bin/biome', 'lint', '.'], { cwd: root });
    expect(stdout + stderr).toContain('The core reads no clock: time is an argument.');
    expect(code).toBe(1);
  });
});

describe('dead code', () => {
  it('fails `knip`: an export without an import, a file that is never reached', () => {
    const root = tempProject(['package.json', 'tsconfig.json', 'knip.json']);
    write(root, 'src/client/index.ts', "export { used } from './used.ts';\n");
    write(root, 'src/client/used.ts', 'export const used = 1;\nexport const unused = 2;\n');
    write(root, 'src/client/unreached.ts', 'export {};\n');
    const { code, stdout } = run(['node_modules/.bin/knip', '--include', 'files,exports'], {
      cwd: root,
    });
    expect(stdout).toContain('src/client/unreached.ts');
    expect(stdout).toMatch(/unused +src\/client\/used\.ts/);
    expect(code).toBe(1);
  });
});
