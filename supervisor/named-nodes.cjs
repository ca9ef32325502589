/**
 * Whether somebody says which nodes the cluster has: the simulator is for those who do not. Of a
 * configuration file only that is read here; what is wrong with it, the daemon says.
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
    // Loaded where there is a file: `npm start` itself has to say when packages are missing.
    const { parse } = require('yaml');
    // JSON is YAML too.
    const settings = parse(text);
    return typeof settings === 'object' && settings !== null && 'nodes' in settings;
  } catch {
    return false; // not there, or the daemon will refuse it
  }
}

module.exports = { areNodesNamed };
