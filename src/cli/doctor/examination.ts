/** All checks of `lockstep doctor`, in parallel; without settings only those that need none. */
import { loadSettings } from '../../config/load.ts';
import { prepareSockets } from '../../config/machine/sockets.ts';
import type { Problem } from '../../config/problem.ts';
import type { Settings } from '../../config/schema.ts';
import { secretOf } from '../../config/sources/references.ts';
import { SecretFault } from '../../node/access/secret.ts';
import type { Identity } from '../input/identity.ts';
import { checkClients } from './access/clients.ts';
import { checkProtection } from './access/protection.ts';
import type { CanaryTerms } from './canary/node.ts';
import type { Signals } from './canary/run.ts';
import { checkDaemon } from './daemon.ts';
import { checkDeadlines } from './deadlines.ts';
import { checkDescriptors } from './descriptors.ts';
import { type Finding, fail, ok } from './finding.ts';
import { checkIntegrations } from './integrations.ts';
import { checkDisk, checkJournal } from './journal/journal.ts';
import { checkNodes } from './nodes.ts';
import { checkOutliving } from './outliving.ts';
import { checkOwnDialect } from './own-dialect.ts';
import { checkStartGate } from './start-gate.ts';
import { checkStatsd } from './statsd.ts';

export interface Examination {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Overrides the settings. */
  readonly endpoint: string | undefined;
  readonly configFile: string | undefined;
  /** Of the client that asks the daemon. */
  readonly identity: Identity;
  readonly sendTest: boolean;
  /** Limit of each exchange. */
  readonly timeoutMs: number;
  /** Whether the nodes are measured for the number of connections that is enough. */
  readonly measures: boolean;
  /** A record to create, read and delete on each node. */
  readonly canary?: Signals & Pick<CanaryTerms, 'key' | 'record'>;
}

export async function examine(options: Examination): Promise<readonly Finding[]> {
  const { env, cwd, configFile } = options;
  const argv = configFile === undefined ? [] : ['--config', configFile];
  const loaded = loadSettings({ argv, env, cwd, readsSecrets: true });
  if (!loaded.ok) return loaded.problems.map(problemFinding);
  const given = Object.values(loaded.sources).filter((source) => source !== 'default').length;
  prepareSockets(loaded.settings);
  const sane = ok('configuration', `${given} settings are given, all others have their defaults`);
  const found = await checksOf(loaded.settings, options);
  return [sane, ...found, ...(await furtherFindings(loaded.settings, options))];
}

/** Of what is examined on request only; it loads the client of nodes. */
async function furtherFindings(
  settings: Settings,
  { env, canary, measures }: Examination,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  if (canary !== undefined) {
    const { tryKey } = await import('./canary/try.ts');
    const { key, record } = canary;
    findings.push(...(await tryKey({ settings, env, key, record }, canary)));
  }
  if (measures) {
    const { measureNodes } = await import('./connections/measure.ts');
    findings.push(...(await measureNodes({ settings, env })));
  }
  return findings;
}

async function checksOf(settings: Settings, options: Examination): Promise<readonly Finding[]> {
  const { endpoint = settings.endpoint, timeoutMs, identity, sendTest } = options;
  const ping = readPingUrl(options);
  const daemon = checkDaemon({ ...settings, endpoint }, { timeoutMs, identity });
  const answers = daemon.then((found) => found.some(answersAsRunning));
  const found = await Promise.all([
    checkJournal(settings, answers),
    checkDisk(settings),
    checkStartGate(settings, timeoutMs),
    checkNodes(settings, timeoutMs),
    daemon,
    checkIntegrations(settings, { pingUrl: ping.url, sendTest, timeoutMs }),
    checkStatsd(settings, { sendTest }),
  ]);
  const outliving = checkOutliving(settings);
  return [
    ...checkDeadlines(settings),
    ...checkDescriptors(settings),
    checkClients(settings),
    ...checkProtection(settings),
    ...outliving,
    ...(options.canary === undefined ? checkOwnDialect(settings) : []),
    ...found.flat(),
    ...(ping.fault === undefined ? [] : [ping.fault]),
  ];
}

/** Of the ping of cron, which reads it in the same way (`supervisor/healthcheck-ping`). */
function readPingUrl({ env, cwd }: Examination): { url?: string | undefined; fault?: Finding } {
  const { HC_PING_URL: value } = env;
  try {
    return { url: value && secretOf(value, { env, cwd }) };
  } catch (error) {
    if (!(error instanceof SecretFault)) throw error;
    const hint = error.hint ?? 'Correct HC_PING_URL.';
    return { fault: fail('healthchecks', `HC_PING_URL ${error.message}`, hint) };
  }
}

function answersAsRunning({ check, level }: Finding): boolean {
  return check === 'daemon' && level === 'ok';
}

function problemFinding({ source, message, allowed, hint }: Problem): Finding {
  const todo = [hint, allowed && `Allowed: ${allowed}.`].filter(Boolean).join(' ');
  return fail('configuration', `${source} ${message}`, todo || 'See docs/configuration.md.');
}
