/**
 * How much memory each app may take before pm2 starts it anew, in order, and what keeps V8 below
 * that. Measured, with what else runs in the container: docs/decisions/024-memory-limits.md;
 * test/tooling/memory.test.ts reads these figures beside those of the container.
 */
const MIB = 1024 * 1024;

/** Resident, of the whole process. The daemon's is also its setting `memoryLimitBytes`. */
const LIMIT_MIB = { lockstepd: 1024, nodesim: 768 };
/** A heap that grows faster than pm2 looks (30 s) ends the process before it ends the container. */
const HEAP_SHARE = 0.75;
/** Of each thread: by itself V8 takes four times as much, and is no faster for it. */
const SEMI_SPACE_MIB = 16;

/**
 * @param {'lockstepd' | 'nodesim'} name
 * @param {NodeJS.ProcessEnv} env
 */
function memoryOf(name, env) {
  const given = name === 'lockstepd' ? Number(env['LOCKSTEP_MEMORY_LIMIT_BYTES']) : 0;
  // What is no number, the daemon refuses by itself.
  const limitBytes = given > 0 ? given : LIMIT_MIB[name] * MIB;
  const heapMib = Math.floor((limitBytes * HEAP_SHARE) / MIB);
  const flags = { '--max-old-space-size': heapMib, '--max-semi-space-size': SEMI_SPACE_MIB };
  // The command line is stronger than NODE_OPTIONS, which a user has set.
  const nodeArgs = Object.entries(flags)
    .filter(([flag]) => !env['NODE_OPTIONS']?.includes(flag))
    .map(([flag, mib]) => `${flag}=${mib}`);
  return { limitBytes, nodeArgs };
}

module.exports = { memoryOf };
