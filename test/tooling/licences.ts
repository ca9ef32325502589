/**
 * Writes `docs/licences.md` from the lockfile: the licences of all packages that an installation without those for
 * development has.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
export const PAGE = join(ROOT, 'docs/licences.md');

interface Package {
  readonly version?: string;
  readonly license?: unknown;
  readonly dev?: boolean;
}

/** What the lockfile does not say, or says in another form: read in the packages on 29 November 2026. */
const KNOWN: Readonly<Record<string, string>> = {
  'cli-tableau': 'MIT',
  tv4: 'Public Domain or MIT',
};

export function licencesPage(): string {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, Package>>;
  };
  const names = new Map<string, Set<string>>();
  for (const [path, { license, dev }] of Object.entries(lock.packages)) {
    if (path === '' || dev === true) continue;
    const name = path.split('node_modules/').at(-1) ?? path;
    const licence = KNOWN[name] ?? license;
    if (typeof licence !== 'string') throw new Error(`no licence of ${name}: add it to KNOWN`);
    names.set(licence, (names.get(licence) ?? new Set()).add(name));
  }
  const rows = [...names].sort(([one], [other]) => (one < other ? -1 : 1));
  const table = rows.map(
    ([licence, all]) =>
      `| ${licence} | ${all.size} | ${[...all].sort(byName).map(plainName).join(', ')} |`,
  );
  return `# Licences

lockstep is under the MIT licence. The packages that an installation has beside it (\`npm ci --omit=dev\`, the container),
by licence. This page is written from the lockfile (\`node_modules/.bin/node test/tooling/licences.ts\`); a test compares it.

- **pm2 is under the AGPL 3.0.** lockstep starts it as a program of its own and uses its interface to start and stop the
  daemon. Where that licence is not wanted, run \`lockstepd\` under systemd
  ([run](operate/run.md)) and remove pm2: the daemon itself does not use it.
- The live page contains \`preact\` and \`@preact/signals\` (MIT); their texts are in \`dist/page/licences.txt\`, which the
  daemon serves.
- The package \`sentry\` is under the FSL 1.1: no competing product may be made of it, and after two years it is under
  Apache 2.0.

| licence | packages | names |
|---|---|---|
${table.join('\n')}
`;
}

/** The name of a package may look like that of a file of this project. */
function plainName(name: string): string {
  return name.replace(/\.(js|ts)$/, '&#46;$1');
}

function byName(one: string, other: string): number {
  return one < other ? -1 : 1;
}

if (import.meta.main) writeFileSync(PAGE, licencesPage());
