/**
 * If no source names nodes, the nodes are the simulator's, at the place that its own variables set:
 * `NODESIM_PORT` alone is enough to run a second copy, for every reader of the settings.
 */
import { isServiceLink } from '../../base/service-links.ts';
import type { Problem } from '../problem.ts';
import type { Given } from '../settings/setting.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const FIRST_PORT = 7400;
const PORT_MAX = 65_535;
const NAMES = ['node01', 'node02', 'node03'];

/** @returns undefined if the simulator is not moved */
export function readSimulated(env: Environment): {
  readonly given: readonly Given[];
  readonly problems: readonly Problem[];
} {
  const port = isServiceLink(env, 'NODESIM_PORT') ? undefined : env['NODESIM_PORT'] || undefined;
  const host = env['NODESIM_HOST'] || undefined;
  const names = env['NODESIM_NODES'] || undefined;
  // Port 0 lets the simulator choose free ones, which are not known here.
  if (port === '0' || (port ?? host ?? names) === undefined) return { given: [], problems: [] };
  const list = names?.split(',').map((name) => name.trim()) ?? NAMES;
  const first = port === undefined ? FIRST_PORT : Number(port);
  if (!Number.isInteger(first) || first < 0 || first + list.length > PORT_MAX) {
    const message = `${JSON.stringify(port)} leaves no ports for the simulated nodes`;
    const hint =
      'The nodes have the ports that follow it. Name the nodes by LOCKSTEP_NODES instead.';
    return { given: [], problems: [{ source: 'NODESIM_PORT', message, hint }] };
  }
  const value = list
    .map((name, index) => `${name}=http://${addressIn(host)}:${first + 1 + index}/v1`)
    .join(',');
  const source =
    port !== undefined ? 'NODESIM_PORT' : host !== undefined ? 'NODESIM_HOST' : 'NODESIM_NODES';
  return { given: [{ key: 'nodes', source, form: 'text', value }], problems: [] };
}

/** An address to listen at is not always one to connect to. */
function addressIn(host = '127.0.0.1'): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
