/**
 * P10: the secrets of nodes are shown nowhere, although the nodes repeat them in all their answers:
 * not by a real daemon at debug level, not in its files, and not by the command line.
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startReceiver } from '../observe/support/http-receiver.ts';
import { connectTo } from '../support/cluster.ts';
import { startDaemon } from '../support/daemon.ts';
import { programEnv } from '../support/program-env.ts';
import { runCli } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

const DAEMON = join(import.meta.dirname, '../../src/daemon.ts');
const BEARER = 'bearer-4711-s3cret';
const PASSWORD = 'p4ss/word-0815';
const API_KEY = 'k3y-0000-1111';
const BASIC = Buffer.from(`lockstep:${PASSWORD}`).toString('base64');
const SECRETS = [BEARER, PASSWORD, API_KEY, BASIC, encodeURIComponent(PASSWORD)];

/**
 * A node of the challenge dialect that repeats all request headers in each answer that is no
 * success.
 */
async function talkativeNode(isAllowed: (request: IncomingMessage) => boolean): Promise<string> {
  const keys = new Set<string>();
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { method, url = '', headers } = request;
    const body = await text(request);
    const echo = `${url} ${JSON.stringify(headers)}`;
    const say = (status: number, words: string) => response.writeHead(status).end(words);
    if (!isAllowed(request)) return say(401, `who are you? ${echo}`);
    if (url.startsWith('/ping')) return say(200, 'PONG');
    const key = method === 'GET' ? decodeURIComponent(url.split('/')[2] ?? '') : keyOf(body);
    if (key.startsWith('refused') && method !== 'GET') return say(403, `not this: ${echo}`);
    if (key.startsWith('failing') && method === 'POST') return say(500, echo);
    if (method === 'GET') return keys.has(key) ? say(200, body || record(key)) : say(404, echo);
    if (method === 'DELETE') return keys.delete(key) ? say(200, 'OK') : say(404, echo);
    keys.add(key);
    return say(201, 'CREATED');
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function keyOf(body: string): string {
  return (JSON.parse(body) as { groupId: string }).groupId;
}

function record(groupId: string): string {
  return JSON.stringify({ groupId });
}

function filesBelow(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'))
    .join('\n');
}

function check(config: string, env: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, [DAEMON, '--check', '--config', config], { env }, (_, out, err) =>
      resolve(out + err),
    );
  });
}

async function stage() {
  const folder = tempFolder();
  const password = join(folder, 'password');
  writeFileSync(password, PASSWORD, { mode: 0o600 });
  const nodes = {
    a: {
      url: await talkativeNode(({ headers }) => headers.authorization === `Bearer ${BEARER}`),
      auth: { bearer: '${env:NODE_TOKEN}' },
    },
    b: {
      url: await talkativeNode(({ headers }) => headers.authorization === `Basic ${BASIC}`),
      auth: { basic: { user: 'lockstep', password: `\${file:${password}}` } },
    },
    c: {
      url: await talkativeNode(
        ({ url, headers }) =>
          url?.endsWith(`?key=${encodeURIComponent(PASSWORD)}`) === true &&
          headers['x-api-key'] === API_KEY,
      ),
      query: { key: `\${file:${password}}` },
      headers: { 'X-API-Key': '${env:NODE_KEY}' },
    },
  };
  const config = join(folder, 'lockstep.config.json');
  writeFileSync(config, JSON.stringify({ dialect: 'challenge', nodes }));
  const secrets = { NODE_TOKEN: BEARER, NODE_KEY: API_KEY };
  return { config, secrets };
}

test('P10: secrets of nodes stand in no output, answer, event, notice or file', async () => {
  const { config, secrets } = await stage();
  const hook = await startReceiver();
  const daemon = await startDaemon({
    nodes: '',
    env: {
      ...secrets,
      LOCKSTEP_NODES: undefined,
      LOCKSTEP_CONFIG: config,
      LOCKSTEP_LOG_LEVEL: 'debug',
      LOCKSTEP_WEBHOOK_URL: hook.url,
      LOCKSTEP_NOTICE_INTERVAL_MS: '10',
      LOCKSTEP_BREAKER_FAILURES: '2',
      LOCKSTEP_STUCK_AFTER_MS: '100',
      LOCKSTEP_QUIESCE_MS: '5000',
    },
  });
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  const client = await connectTo(daemon);
  const events = client.subscribe([]);
  const heard: string[] = [];
  const listening = (async () => {
    for await (const event of events) heard.push(JSON.stringify(event));
  })();
  const seen: unknown[] = [];
  // The credentials work: the nodes accepted them.
  const { state } = (await client.create('well')) as { state?: string };
  expect(state).toBe('committed');
  seen.push(await client.create('refused'), await client.delete('refused'));
  seen.push(await client.create('failing', { deadlineMs: 1000 }));
  const failures = Array.from({ length: 4 }, (_, index) =>
    client.create(`failing-${index}`, { deadlineMs: 500 }),
  );
  seen.push(...(await Promise.all(failures)));
  seen.push(await client.summary(), await client.list(), await client.stats());
  seen.push(await client.breakers());
  await vi.waitUntil(() => hook.received.length > 0, { timeout: 20_000 });
  const env = { ...secrets, ...programEnv(), LOCKSTEP_CONFIG: config };
  const doctor = await runCli(['doctor', '--config', config, '--timeout', '20s'], { env });
  const ops = await (await fetch(`${daemon.opsUrl}/metrics`)).text();
  const shown = {
    answers: JSON.stringify(seen),
    doctor: doctor.stdout + doctor.stderr,
    check: await check(config, env),
    ops,
    notices: JSON.stringify(hook.received),
    events: heard.join('\n'),
  };
  events.close();
  await listening;
  await daemon.stop();
  const all = { ...shown, log: daemon.output, files: filesBelow(daemon.dataDir) };
  for (const [place, words] of Object.entries(all)) {
    expect(words, place).not.toBe('');
    for (const secret of SECRETS)
      expect(words.includes(secret), `${secret} in ${place}`).toBe(false);
  }
  // The repeated secrets were in the answers.
  expect(all.answers).toContain('***');
  expect(all.log).toContain('***');
  expect(all.doctor).toMatch(/ok +node a +reads in/);
  expect(all.check).toMatch(
    /^nodes = a=\S+ \(auth bearer\),b=\S+ \(auth basic\),c=\S+ \(headers X-API-Key; query key\)/m,
  );
});

test('P10: without its secret it does not start, and says which is missing', async () => {
  const { config } = await stage();
  const detail = await check(config, { ...programEnv(), NODE_KEY: API_KEY });
  expect(detail).toContain(
    'lockstep.config.json: nodes.a.auth.bearer names the variable NODE_TOKEN, which is not set',
  );
});
