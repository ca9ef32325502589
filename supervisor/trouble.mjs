/** The reason why a start or a stop failed, as a sentence with the remedy. */
import { statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';

/** @param {unknown} error */
export function sentenceOf(error) {
  if (!(error instanceof Error)) return String(error);
  const { code, path } = /** @type {NodeJS.ErrnoException} */ (error);
  if (path === undefined || (code !== 'EACCES' && code !== 'EPERM')) return error.message;
  const { username, uid } = userInfo();
  return (
    `${path} cannot be used by ${username} (user id ${uid}): it is in a folder of user id ` +
    `${ownerOf(path)}. Was lockstep once started as that user? Run this as that user, or give ` +
    'the data folder to this one (chown -R)'
  );
}

/** @param {string} path of it, or of the nearest folder around it that can be seen */
function ownerOf(path) {
  for (let each = path; ; each = dirname(each)) {
    try {
      return statSync(each).uid;
    } catch {
      if (each === dirname(each)) return 'unknown';
    }
  }
}
