/**
 * The addresses of the apps, as far as the environment names them: shown to people, and checked at
 * the end of a start.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const NODES_DEFAULT = 3;

/**
 * @typedef {ReturnType<typeof addressesOf>} Addresses
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {string} root
 */
export function addressesOf(env, root) {
  const endpoint = env['LOCKSTEP_ENDPOINT'] || 'tcp://127.0.0.1:5570';
  const opsHost = env['LOCKSTEP_OPS_HOST'] || '127.0.0.1';
  const nodesHost = env['NODESIM_HOST'] || '127.0.0.1';
  const nodesPort = Number(portIn(env['NODESIM_PORT']) ?? 7400);
  const nodes = env['NODESIM_NODES']?.split(',').length ?? NODES_DEFAULT;
  const file = ['json', 'yaml', 'yml']
    .map((extension) => `lockstep.config.${extension}`)
    .find((name) => existsSync(join(root, name)));
  const checks = [{ name: 'nodesim', host: connectable(nodesHost), port: nodesPort }];
  if (file === undefined) checks.push({ name: 'lockstepd', ...hostAndPort(endpoint) });
  return {
    endpoint,
    events: env['LOCKSTEP_EVENTS_ENDPOINT'] || 'tcp://127.0.0.1:5571',
    ops: `${env['LOCKSTEP_OPS_TLS_CERT'] ? 'https' : 'http'}://${opsHost}:${portIn(env['LOCKSTEP_OPS_PORT']) ?? 5580}`,
    nodes: `http://${nodesHost}:${nodesPort + 1} … ${nodesPort + nodes}, all at ${nodesPort}`,
    /** The configuration file that may say otherwise. */
    file,
    /** Port 0 lets the app choose a free one, which is not known here. */
    toCheck: checks.filter(({ port }) => port > 0),
  };
}

/** @param {string} endpoint such as `tcp://127.0.0.1:5570` or `tcp://*:5570` */
function hostAndPort(endpoint) {
  const [, host = '', port = ''] = /^tcp:\/\/\[?(.*?)\]?:(\d+)$/.exec(endpoint) ?? [];
  return { host: connectable(host), port: Number(port) };
}

/**
 * An address that stands for all of this machine's is reached at loopback.
 *
 * @param {string} host
 */
function connectable(host) {
  return ['*', '0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;
}

/**
 * Kubernetes puts URLs into variables of this form (src/base/service-links.ts).
 *
 * @param {string | undefined} value
 */
function portIn(value) {
  return value && !value.includes('://') ? value : undefined;
}
