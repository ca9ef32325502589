/** Asks what a command would do; a daemon that is busy or restarts is waited for. */
import type { CreateFields, LockstepClient } from '../../client/index.ts';

/** The daemon reads for 20 s at most; it may be busy first. */
const ASK_MS = 60_000;

/** @param fields those that decide what the command would do; others do not count */
export function askDryRun(
  client: LockstepClient,
  op: 'create' | 'delete',
  { groupId, ensure = false, record }: Foreseen,
) {
  const request = { groupId, ensure, dryRun: true } as const;
  const options = { persist: true, timeoutMs: ASK_MS };
  if (op === 'delete') return client.send({ op, ...request }, options);
  return client.send({ op, ...request, ...(record === undefined ? {} : { record }) }, options);
}

interface Foreseen extends Pick<CreateFields, 'record'> {
  readonly groupId: string;
  readonly ensure?: boolean | undefined;
}
