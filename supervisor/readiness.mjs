/**
 * Waits until every app itself has sent `ready`.
 *
 * pm2 also calls an app online when its time to get ready is over, and for a moment after its
 * death; so this reads its events: `ready` messages and exits.
 */

/**
 * @typedef {{ readonly name: string, readonly exitCode: number | undefined }} Death
 * @typedef {{ readonly kind: 'ready' }
 *   | { readonly kind: 'died', readonly death: Death }
 *   | { readonly kind: 'late', readonly missing: readonly string[] }
 *   | { readonly kind: 'interrupted' }} Outcome
 */

/**
 * @param {import('node:events').EventEmitter} bus of pm2, connected
 * @param {readonly string[]} names
 * @param {number} timeoutMs
 * @returns {Promise<Outcome>}
 */
export function waitForReady(bus, names, timeoutMs) {
  const missing = new Set(names);
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({ kind: 'late', missing: [...missing] }), timeoutMs);
    /** @param {Outcome} outcome */
    const settle = (outcome) => {
      clearTimeout(timer);
      resolve(outcome);
    };
    bus.on('process:msg', (/** @type {{ raw?: unknown, process: { name: string } }} */ event) => {
      if (event.raw === 'ready') missing.delete(event.process.name);
      if (missing.size === 0) settle({ kind: 'ready' });
    });
    bus.on('process:event', (/** @type {ProcessEvent} */ { event, process: app }) => {
      if (event !== 'exit' || !names.includes(app.name)) return;
      settle({ kind: 'died', death: { name: app.name, exitCode: app.exit_code } });
    });
  });
}

/**
 * @typedef {{ readonly event: string,
 *   readonly process: { readonly name: string, readonly exit_code?: number } }} ProcessEvent
 */
