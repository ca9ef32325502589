/**
 * A client of the API over HTTP under load: one request at a time on each connection, as many connections as commands
 * in flight.
 *
 *   http-client.ts URL OPTIONS
 */
import { Pool } from 'undici';
import { serveTasks } from './subject.ts';

/** More than any load has commands in flight. */
const CONNECTIONS = 300;

const [, , url = '', options = '{}'] = process.argv;
const { token = '' } = JSON.parse(options) as { readonly token?: string };
const pool = new Pool(url, { connections: CONNECTIONS, pipelining: 1 });
const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };

serveTasks({
  name: 'client',
  issue: (groupId, receive) =>
    void committed(groupId).then(receive, (error) => receive(String(error))),
});

/** The error, if there was one. */
async function committed(groupId: string): Promise<string | undefined> {
  const body = JSON.stringify({ op: 'create', groupId });
  const answer = await pool.request({ path: '/v1/commands', method: 'POST', headers, body });
  const text = await answer.body.text();
  const { state } = JSON.parse(text) as { readonly state?: string };
  return answer.statusCode === 200 && state === 'committed' ? undefined : text;
}
