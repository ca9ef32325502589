/**
 * The one client of lockstepd under load: every command over one connection, by the client that the
 * package exports.
 *
 *   client.ts ENDPOINT
 */
import { isError, LockstepClient } from '../../src/client/index.ts';
import { serveLoads } from './contender.ts';

const client = await LockstepClient.connect({ endpoint: process.argv[2] ?? '', timeoutMs: 10_000 });

serveLoads('client', (groupId, done) => void ask(groupId, done));

async function ask(groupId: string, done: (fault?: string) => void): Promise<void> {
  done(await create(groupId));
}

/** What went wrong, if anything did. */
async function create(groupId: string): Promise<string | undefined> {
  try {
    const answer = await client.create(groupId);
    const committed = !isError(answer) && answer.state === 'committed';
    return committed ? undefined : JSON.stringify(answer);
  } catch (error) {
    return String(error);
  }
}
