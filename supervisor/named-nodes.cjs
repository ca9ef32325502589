/**
 * Whether any source names the nodes of the cluster: without one the simulator is started. Only
 * this member of a configuration file is read; the daemon reports its errors.
 */
const { readFileSync } = require('node:fs');
const path = require('node:path');

const FILES = ['lockstep.config.json', 'lockstep.config.yaml', 'lockstep.config.yml'];

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} root where the daemon looks for its file
 * @returns {boolean}
 */
function areNodesNamed(env, root) {
  if (env['LOCKSTEP_NODES'] !== undefined) return true;
  const files = env['LOCKSTEP_CONFIG'] ? [env['LOCKSTEP_CONFIG']] : FILES;
  return files.some((file) => namesNodes(path.resolve(root, file)));
}

/** @param {string} file */
function namesNodes(file) {
  try {
    const text = readFileSync(file, 'utf8');
    // Loaded only if there is a file: `npm start` must be able to report missing packages.
    const { parse } = require('yaml');
    // JSON is YAML too.
    const settings = parse(text);
    return typeof settings === 'object' && settings !== null && 'nodes' in settings;
  } catch {
    return false; // missing, or the daemon will reject it
  }
}

module.exports = { areNodesNamed };
