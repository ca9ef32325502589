/**
 * The one client of lockstepd under load: every command over one connection, by the client that the
 * package exports.
 *
 *   client.ts ENDPOINT
 */
import { isError, LockstepClient } from '../../src/client/index.ts';
import { serveLoads } from './contender.ts';

const client = await LockstepClient.connect({ endpoint: process.argv[2] ?? '', timeoutMs: 10_000 });

serveLoads('client', (groupId, done) => {
  client.create(groupId).then(
    (answer) => {
      if (!isError(answer) && answer.state === 'committed') done();
      else done(JSON.stringify(answer));
    },
    (error: unknown) => done(String(error)),
  );
});
