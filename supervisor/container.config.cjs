/** The same apps inside a container: pm2-runtime prints their logs, files would grow unseen. */
const { appsOf } = require('./apps.cjs');

module.exports = {
  apps: appsOf(process.env).map((app) => ({
    ...app,
    out_file: '/dev/null',
    error_file: '/dev/null',
  })),
};
