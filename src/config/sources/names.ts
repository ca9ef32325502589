/** The names of one setting in its three places: `requestTimeoutMs`, variable and flag. */

/** `LOCKSTEP_REQUEST_TIMEOUT_MS` */
export function envName(key: string): string {
  return `LOCKSTEP_${key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** `--request-timeout-ms` */
export function flagName(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
