// How the examples beside this file connect.
import { LockstepClient } from 'lockstep-client';

export function connect() {
  const { LOCKSTEP_ENDPOINT, LOCKSTEP_EVENTS_ENDPOINT, LOCKSTEP_KEY_FILE } = process.env;
  return LockstepClient.connect({
    ...(LOCKSTEP_ENDPOINT && { endpoint: LOCKSTEP_ENDPOINT }),
    ...(LOCKSTEP_EVENTS_ENDPOINT && { eventsEndpoint: LOCKSTEP_EVENTS_ENDPOINT }),
    ...(LOCKSTEP_KEY_FILE && { keyFile: LOCKSTEP_KEY_FILE }),
    timeoutMs: 10_000,
  });
}
