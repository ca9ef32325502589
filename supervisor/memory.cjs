/**
 * The memory limit at which pm2 restarts each app in order, and the flags that keep V8 below it.
 * Measured together with the other programs of the container: docs/decisions/024-memory-limits.md;
 * test/tooling/memory.test.ts compares these figures with those of the container.
 */
const MIB = 1024 * 1024;

/** Resident, of the whole process. The daemon's is also its setting `memoryLimitBytes`. */
const LIMIT_MIB = { lockstepd: 1024, nodesim: 768 };
/** A heap that grows faster than pm2 looks (30 s) ends the process before it ends the container. */
const HEAP_SHARE = 0.75;
/** For each thread: V8's default is four times as much, and no faster. */
const SEMI_SPACE_MIB = 16;

/**
 * From this size on, glibc gives memory back to the system when it is freed. By itself it raises the size with the
 * largest block so far, and one client's huge message would stay with the process for good. As in bin/lockstepd.
 */
const MMAP_THRESHOLD_BYTES = 128 * 1024;

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Record<string, string>}
 */
function allocatorOf(env) {
  return { MALLOC_MMAP_THRESHOLD_: env['MALLOC_MMAP_THRESHOLD_'] ?? String(MMAP_THRESHOLD_BYTES) };
}

/**
 * @param {'lockstepd' | 'nodesim'} name
 * @param {NodeJS.ProcessEnv} env
 */
function memoryOf(name, env) {
  const given = name === 'lockstepd' ? Number(env['LOCKSTEP_MEMORY_LIMIT_BYTES']) : 0;
  // The daemon itself rejects a value that is no number.
  const limitBytes = given > 0 ? given : LIMIT_MIB[name] * MIB;
  const heapMib = Math.floor((limitBytes * HEAP_SHARE) / MIB);
  const flags = { '--max-old-space-size': heapMib, '--max-semi-space-size': SEMI_SPACE_MIB };
  // A flag on the command line overrides NODE_OPTIONS, which a user may have set.
  const nodeArgs = Object.entries(flags)
    .filter(([flag]) => !env['NODE_OPTIONS']?.includes(flag))
    .map(([flag, mib]) => `${flag}=${mib}`);
  return { limitBytes, nodeArgs };
}

module.exports = { allocatorOf, memoryOf };
