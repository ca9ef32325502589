/**
 * Where the simulator is moved by its own variables and nobody says where the nodes are, the daemon
 * follows: `NODESIM_PORT` alone is enough to run a second copy of the project.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Record<string, string>} what the daemon's environment gets besides
 */
function simulatedNodes(env) {
  const { NODESIM_PORT: first, NODESIM_HOST: host = '127.0.0.1', NODESIM_NODES: names } = env;
  const moved = [first, env['NODESIM_HOST'], names].some((value) => value !== undefined);
  if (env['LOCKSTEP_NODES'] !== undefined || !moved || first === '0') return {};
  const nodes = (names ?? 'node01,node02,node03').split(',').map((name, index) => {
    const port = Number(first ?? 7400) + 1 + index;
    return `${name.trim()}=http://${host}:${port}/v1`;
  });
  return { LOCKSTEP_NODES: nodes.join(',') };
}

module.exports = { simulatedNodes };
