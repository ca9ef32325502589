/**
 * Where things are: the project, its data, its logs, its own pm2.
 *
 * A relative data folder starts at the project, which is also the working directory of the apps.
 */
const { createHash } = require('node:crypto');
const { existsSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');

/** What a Unix socket's path may be long on every system: macOS allows 103 bytes, Linux 107. */
const SOCKET_PATH_BYTES_MAX = 103;
/** The longest name of the sockets that pm2 makes in its home. */
const LONGEST_SOCKET = 'interactor.sock';
const NODE_MAJOR_MIN = 24;

const root = path.resolve(__dirname, '..');

/**
 * @typedef {ReturnType<typeof placesOf>} Places
 *
 * @param {NodeJS.ProcessEnv} env
 */
function placesOf(env) {
  const data = path.resolve(root, env['LOCKSTEP_DATA_DIR'] || 'data');
  return { root, data, logs: path.join(data, 'logs'), ...pm2HomeOf(data) };
}

/**
 * pm2 lives in the data folder, so that no other pm2 is touched and two copies of the project never
 * meet. Where that path is too long for a socket, a folder for temporary files stands in.
 *
 * @param {string} data
 */
function pm2HomeOf(data) {
  const hash = createHash('sha256').update(data).digest('hex').slice(0, 16);
  const homes = [
    path.join(data, 'pm2'),
    path.join(tmpdir(), `lockstep-${hash}`),
    `/tmp/lockstep-${hash}`,
  ];
  const index = homes.findIndex(
    (home) => Buffer.byteLength(path.join(home, LONGEST_SOCKET)) <= SOCKET_PATH_BYTES_MAX,
  );
  return { pm2Home: /** @type {string} */ (homes[index]), pm2HomeIsTemporary: index > 0 };
}

/**
 * The Node that runs the apps: the project's own, else the one that runs this. A global pm2 may
 * itself run on an older one.
 */
function interpreter() {
  const own = path.join(root, 'node_modules', 'node', 'bin', 'node');
  if (existsSync(own)) return own;
  if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR_MIN) return process.execPath;
  throw new Error(
    `lockstep needs Node.js ${NODE_MAJOR_MIN} or newer, this is ${process.version}: ` +
      'run npm ci in the project, which brings its own',
  );
}

module.exports = { interpreter, placesOf };
