/**
 * The folders of the project, its data, its logs and its own pm2.
 *
 * A relative data folder starts at the project, which is also the working directory of the apps.
 */
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
} = require('node:fs');
const { homedir, tmpdir } = require('node:os');
const path = require('node:path');

/** The longest path of a Unix socket on every system: macOS allows 103 bytes, Linux 107. */
const SOCKET_PATH_BYTES_MAX = 103;
/** The longest name of the sockets that pm2 makes in its home. */
const LONGEST_SOCKET = 'interactor.sock';
const NODE_MAJOR_MIN = 24;
/** A Node that takes longer to tell its version is none. */
const VERSION_MS = 5000;

const root = path.resolve(__dirname, '..');

/** A file system in memory: it has space when a disk is full. */
const SHARED_MEMORY = '/dev/shm';
/** In the data folder: the path of the home of the pm2 that runs it. */
const HOME_NOTE = 'pm2-home';

/**
 * @typedef {ReturnType<typeof placesOf>} Places
 *
 * @param {NodeJS.ProcessEnv} env
 */
function placesOf(env) {
  const data = path.resolve(root, env['LOCKSTEP_DATA_DIR'] || 'data');
  const hash = createHash('sha256').update(data).digest('hex').slice(0, 16);
  const pm2Home = notedHome(data) ?? homeFor(data, hash, env);
  return {
    root,
    data,
    logs: path.join(data, 'logs'),
    pm2Home,
    homeNote: path.join(data, HOME_NOTE),
    ...pidsOf(pm2Home, hash),
  };
}

/**
 * pm2 lives at home and not in the data folder: a disk that is full or read-only must not take the
 * supervisor with it (docs/decisions/040). One home for each data folder, so that no other pm2 is
 * touched and two copies never meet. Where the path is too long for a socket, or nobody may write
 * there, a folder for temporary files stands in, unless another user has made it first.
 *
 * @param {string} data
 * @param {string} hash
 * @param {NodeJS.ProcessEnv} env
 */
function homeFor(data, hash, env) {
  const state = env['XDG_STATE_HOME'];
  const homes = [
    state && path.isAbsolute(state)
      ? path.join(state, 'lockstep', hash)
      : path.join(homedir(), '.lockstep', hash),
    path.join(tmpdir(), `lockstep-${hash}`),
    `/tmp/lockstep-${hash}`,
  ];
  const isUsable = (/** @type {string} */ home) =>
    fitsSocket(home) && canBeMade(home) && !isForeign(home);
  return homes.find(isUsable) ?? path.join(data, 'pm2');
}

/** @param {string} home */
function fitsSocket(home) {
  return Buffer.byteLength(path.join(home, LONGEST_SOCKET)) <= SOCKET_PATH_BYTES_MAX;
}

/** @param {string} folder */
function canBeMade(folder) {
  for (let each = folder; ; each = path.dirname(each)) {
    if (!existsSync(each)) continue;
    try {
      accessSync(each, constants.W_OK);
      return true;
    } catch {
      return false;
    }
  }
}

/** @param {string} data */
function notedHome(data) {
  try {
    const home = readFileSync(path.join(data, HOME_NOTE), 'utf8').trim();
    return existsSync(home) ? home : undefined;
  } catch {
    // No such file. A file that cannot be read is in a data folder that the start will reject.
    return undefined;
  }
}

/**
 * Where pm2 notes the process of each app, as `PREFIX` + app + `-` + a number + `.pid`. It dies if
 * it has no room for that, so these few bytes are in memory where there is such a place. Every user may
 * write there: where one has taken the names first, they are in the home, which is private.
 *
 * @param {string} pm2Home
 * @param {string} hash
 */
function pidsOf(pm2Home, hash) {
  const inMemory = path.join(SHARED_MEMORY, `lockstep-${hash}-`);
  const atHome = path.join(pm2Home, 'pids', 'lockstep-');
  const isFree =
    existsSync(SHARED_MEMORY) && canBeMade(SHARED_MEMORY) && !pidFiles(inMemory).some(isForeign);
  const [pids, otherPids] = isFree ? [inMemory, atHome] : [atHome, inMemory];
  // `otherPids`: where a start before may have written them.
  return { pids, otherPids };
}

/**
 * Another user has made it: its content is not believed.
 *
 * @param {string} file
 */
function isForeign(file) {
  const found = lstatSync(file, { throwIfNoEntry: false });
  return found !== undefined && found.uid !== process.getuid?.();
}

/**
 * Without `globSync`, which Node.js 20 lacks: before `npm ci` that may be all there is.
 *
 * @param {string} prefix of `pidsOf`
 */
function pidFiles(prefix) {
  const folder = path.dirname(prefix);
  if (!existsSync(folder)) return [];
  const beginning = path.basename(prefix);
  return readdirSync(folder)
    .filter((name) => name.startsWith(beginning) && name.endsWith('.pid'))
    .map((name) => path.join(folder, name));
}

/**
 * Makes the first folder of those that are missing, by itself: where none can be made (below a file, in
 * /proc) Node's own call for all of them at once fails without a clear word, or never ends.
 *
 * @param {string} folder
 * @returns {string | undefined} why it can't be
 */
function folderTrouble(folder) {
  let first = folder;
  while (!existsSync(path.dirname(first))) first = path.dirname(first);
  try {
    if (!existsSync(first)) mkdirSync(first);
    return statSync(first).isDirectory() ? undefined : `${first} is a file`;
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    return code === 'ENOTDIR' ? `${path.dirname(first)} is a file` : message;
  }
}

/**
 * The Node that runs the apps: the one that runs this, if it is new enough; a global pm2 may itself run on an older
 * one. The project's own comes last, as in `bin/lockstepd`: npm has no checksum of it, and `npm start` puts it in front
 * of the one in PATH.
 *
 * @param {{ env?: NodeJS.ProcessEnv, execPath?: string, version?: string }} [running]
 */
function interpreter({
  env = process.env,
  execPath = process.execPath,
  version = process.version,
} = {}) {
  const own = path.join(root, 'node_modules', 'node', 'bin', 'node');
  if (isNewEnough(version) && !isSame(execPath, own)) return execPath;
  const found = foldersOf(env)
    .map((folder) => path.join(folder, 'node'))
    .find((node) => existsSync(node) && !isSame(node, own) && isNewEnough(versionOf(node)));
  if (found !== undefined) return found;
  if (existsSync(own)) return own;
  throw new Error(
    `lockstep needs Node.js ${NODE_MAJOR_MIN} or newer, this is ${version}: ` +
      'run npm ci in the project, which brings its own',
  );
}

/** @param {NodeJS.ProcessEnv} env */
function foldersOf(env) {
  return (env['PATH'] ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
}

/** @param {string} version such as `v24.1.0` */
function isNewEnough(version) {
  return Number.parseInt(version.slice(1), 10) >= NODE_MAJOR_MIN;
}

/** @param {string} node */
function versionOf(node) {
  return spawnSync(node, ['--version'], { encoding: 'utf8', timeout: VERSION_MS }).stdout ?? '';
}

/**
 * @param {string} one
 * @param {string} other
 */
function isSame(one, other) {
  return existsSync(one) && existsSync(other) && realpathSync(one) === realpathSync(other);
}

module.exports = { folderTrouble, interpreter, isForeign, pidFiles, placesOf };
