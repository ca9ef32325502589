/** What pm2 supervises. `npm start` uses it with the project's own pm2; any other pm2 may as well. */
const { wantedApps } = require('./supervisor/apps.cjs');

module.exports = { apps: wantedApps(process.env) };
