/**
 * The same apps inside a container: pm2-runtime prints their logs, because log files would grow
 * unseen. cron is one of the apps if the health of the daemon is to be reported (entrypoint), so
 * that it is restarted too.
 */
const { appsOf } = require('./apps.cjs');
const deadlines = require('./deadlines.cjs');

const cron = {
  name: 'cron',
  script: '/usr/sbin/cron',
  args: ['-f', '-L', '0'],
  interpreter: 'none',
  exec_mode: 'fork',
  autorestart: true,
  exp_backoff_restart_delay: deadlines.restartMs,
  max_restarts: Number.MAX_SAFE_INTEGER,
  pmx: false,
  vizion: false,
};

const apps = process.env['HC_PING_URL'] ? [...appsOf(process.env), cron] : appsOf(process.env);

module.exports = {
  apps: apps.map((app) => ({ ...app, out_file: '/dev/null', error_file: '/dev/null' })),
};
