/**
 * The apps as pm2 runs them: the daemon and the simulated cluster, each directly, without a
 * wrapper.
 *
 * pm2 7 records death by a signal as exit code 0, so only the two codes of `exit-codes.cjs` keep an
 * app down. After any other end pm2 restarts the app, with a growing delay, forever. The
 * environment of the caller goes to the apps, without the variables of npm.
 */
const path = require('node:path');
const deadlines = require('./deadlines.cjs');
const exitCodes = require('./exit-codes.cjs');
const { allocatorOf, memoryOf } = require('./memory.cjs');
const { areNodesNamed } = require('./named-nodes.cjs');
const { interpreter, placesOf } = require('./places.cjs');

/** Parts of names of variables that may hold secrets of the daemon: other apps do not get them. */
const DAEMON_ALONE = ['SENTRY', 'CRONITOR', 'TELEGRAM', 'WEBHOOK', 'HC_PING_URL'];

/**
 * @typedef {ReturnType<typeof appsOf>} Apps
 *
 * @param {NodeJS.ProcessEnv} env
 */
function appsOf(env) {
  const { root, logs } = placesOf(env);
  /**
   * @param {'lockstepd' | 'nodesim'} name
   * @param {string} script
   */
  const app = (name, script) => ({
    name,
    // Relative to `cwd`: pm2 takes a script with a space in it for a line of shell.
    script: path.join('dist', script),
    cwd: root,
    interpreter: interpreter(),
    node_args: memoryOf(name, env).nodeArgs,
    exec_mode: 'fork',
    env: { LOCKSTEP_STOP_EXIT_CODE: String(exitCodes.stoppedOnPurpose), ...allocatorOf(env) },
    filter_env: name === 'nodesim' ? ['npm_', ...DAEMON_ALONE] : ['npm_'],
    wait_ready: true,
    listen_timeout: deadlines.readyMs,
    kill_timeout: deadlines.killMs,
    stop_exit_codes: [exitCodes.badConfiguration, exitCodes.stoppedOnPurpose],
    // Checked every 30 s; the app is stopped as usual and started again.
    max_memory_restart: memoryOf(name, env).limitBytes,
    autorestart: true,
    exp_backoff_restart_delay: deadlines.restartMs,
    // pm2 gives up after this many exits within `min_uptime` (16 by default); here never.
    max_restarts: Number.MAX_SAFE_INTEGER,
    merge_logs: true,
    out_file: path.join(logs, `${name}.log`),
    error_file: path.join(logs, `${name}.log`),
    // Without pm2's instrumentation inside the app, and without its reading of the git history.
    pmx: false,
    vizion: false,
  });
  return [app('lockstepd', 'daemon.js'), app('nodesim', path.join('nodesim', 'main.js'))];
}

/**
 * The apps to start: the simulator only if no source names the nodes.
 *
 * @param {NodeJS.ProcessEnv} env
 */
function wantedApps(env) {
  const { root } = placesOf(env);
  return appsOf(env).filter(({ name }) => name !== 'nodesim' || !areNodesNamed(env, root));
}

module.exports = { appsOf, wantedApps };
