/** What pm2 supervises. `npm start` uses it with the project's own pm2; any other pm2 may as well. */
const { appsOf } = require('./supervisor/apps.cjs');

module.exports = { apps: appsOf(process.env) };
