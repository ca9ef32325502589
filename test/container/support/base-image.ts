/**
 * The image that the product's image is built on. Where it is neither here nor can be pulled, a
 * stand-in takes its place: Debian by debootstrap, with the Node that the project itself uses, npm
 * and the user `node`. The stand-in belongs to the tests; the Dockerfile knows nothing of it.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { attempt, run } from './program.ts';

const IMAGE = 'node:24-bookworm-slim';
const STAND_IN = 'lockstep-test-base';
const ASK_MS = 20_000;
const PULL_MS = 60_000;
const BOOTSTRAP_MS = 240_000;
/** Those of the machine: behind a proxy that reads TLS, its own are needed to reach npm. */
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

export type BaseImage =
  | { readonly kind: 'image'; readonly name: string }
  | { readonly kind: 'none'; readonly reason: string };

/** One that containers run from, and that reaches what the product's image is built of. */
export async function findBaseImage(env: NodeJS.ProcessEnv): Promise<BaseImage> {
  const found = await foundOrMade(env);
  if (found.kind === 'none') return found;
  const line = 'npm view pm2 version && apt-get update';
  const command = ['docker', 'run', '--rm', '--network', 'host', found.name, 'sh', '-c', line];
  const { code, output } = await attempt(command, { timeoutMs: PULL_MS, env });
  if (code === 0) return found;
  const reason = `a container does not reach npm and Debian: ${lastLine(output)}`;
  return { kind: 'none', reason };
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}

async function foundOrMade(env: NodeJS.ProcessEnv): Promise<BaseImage> {
  for (const name of [IMAGE, STAND_IN]) {
    const seen = await attempt(['docker', 'image', 'inspect', name], { timeoutMs: ASK_MS, env });
    if (seen.code === 0) return { kind: 'image', name };
  }
  const pulled = await attempt(['docker', 'pull', '--quiet', IMAGE], { timeoutMs: PULL_MS, env });
  if (pulled.code === 0) return { kind: 'image', name: IMAGE };
  const isRoot = process.getuid?.() === 0;
  const tool = await attempt(['debootstrap', '--version'], { timeoutMs: ASK_MS });
  if (isRoot && tool.code === 0) return standIn(env);
  const lack = isRoot ? 'debootstrap is not installed' : 'only root can make a stand-in';
  return { kind: 'none', reason: `${IMAGE} cannot be pulled, and ${lack}` };
}

async function standIn(env: NodeJS.ProcessEnv): Promise<BaseImage> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-base-'));
  try {
    const bootstrap = ['debootstrap', '--variant=minbase', 'bookworm', folder];
    const made = await attempt(bootstrap, { timeoutMs: BOOTSTRAP_MS, env });
    if (made.code !== 0) {
      const why = `debootstrap fails: ${lastLine(made.output)}`;
      return { kind: 'none', reason: `${IMAGE} cannot be pulled, and ${why}` };
    }
    await addNode(folder);
    // An import has no environment of its own; `$0` to `$2` keep the line free of quoting.
    const line = 'tar -C "$0" -c . | docker import --change "ENV $1" - "$2"';
    const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    await run(['sh', '-c', line, folder, path, STAND_IN], { timeoutMs: PULL_MS, env });
    return { kind: 'image', name: STAND_IN };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function addNode(root: string): Promise<void> {
  const local = join(root, 'usr/local');
  cpSync(process.execPath, join(local, 'bin/node'));
  cpSync(npmFolder(), join(local, 'lib/node_modules/npm'), { recursive: true });
  const npm = 'ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm';
  const line = `${npm} && useradd --uid 1000 --create-home node`;
  await run(['chroot', root, 'sh', '-c', line], { timeoutMs: ASK_MS });
  if (!existsSync(CERTIFICATES)) return;
  mkdirSync(join(local, 'etc'), { recursive: true });
  cpSync(CERTIFICATES, join(local, 'etc/certificates.crt'), { dereference: true });
  writeFileSync(join(local, 'etc/npmrc'), 'cafile=/usr/local/etc/certificates.crt\n');
}

/** npm says where it is to what it runs. */
function npmFolder(): string {
  const cli = process.env['npm_execpath'];
  if (cli === undefined) throw new Error('run it by npm: npm run test:container');
  return dirname(dirname(resolve(cli)));
}
