/** The link to the live page, as `lockstep page` prints it. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const ANSWER_MS_MAX = 10_000;

/**
 * @param {string} root
 * @returns {string | undefined} undefined if there is none; `lockstep page` says why
 */
export function pageLink(root) {
  const options = /** @type {const} */ ({ cwd: root, encoding: 'utf8', timeout: ANSWER_MS_MAX });
  const { status, stdout } = spawnSync(join(root, 'bin/lockstep'), ['page'], options);
  return status === 0 ? stdout.trim() : undefined;
}
