/** A node whose TLS does not fit, behind a real nginx: a command names the reason, and nothing is half-applied. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { runCli } from '../support/run-cli.ts';
import { users } from './apis/users.ts';
import { stage, type Way } from './stage.ts';
import { type Authority, makeAuthority } from './ways/authority.ts';
import { throughNginxTls } from './ways/nginx.ts';

type Tls = Readonly<Record<string, string>>;

/** Node c is called with these files and names in place of the right ones. */
function wrongAtC(change: (right: Tls, other: Authority) => Tls): Way {
  return {
    ...throughNginxTls,
    open: async (nodes, folder) => {
      const road = await throughNginxTls.open(nodes, folder);
      mkdirSync(join(folder, 'other'));
      const other = makeAuthority(join(folder, 'other'));
      const address = (name: string) => {
        const right = road.address(name) as { readonly tls: Tls };
        return name === 'c' ? { ...right, tls: change(right.tls, other) } : right;
      };
      return { ...road, address };
    },
  };
}

const CASES = [
  {
    what: 'a certificate of another authority',
    change: (right: Tls, other: Authority) => ({ ...right, ca: other.ca }),
    lastResponse:
      /the authority of the node's certificate is not trusted: see tls\.ca of the node$/,
    hint: 'Correct nodes.c.tls.ca.',
  },
  {
    what: 'a certificate of another host',
    change: (right: Tls) => ({ ...right, serverName: 'other.example' }),
    lastResponse: /the node's certificate is for another host: see tls\.serverName of the node$/,
    hint: 'Correct nodes.c.tls.serverName.',
  },
  {
    what: 'a client certificate that the node does not trust',
    change: (right: Tls, other: Authority) => ({ ...other.client, ca: right['ca'] ?? '' }),
    lastResponse: /^400 \(HTML\) 400 Bad Request The SSL certificate error/,
    hint: 'Check its URL',
  },
];

describe.each(CASES)('P1, P10: $what', ({ change, lastResponse, hint }) => {
  test('is named by commands and by doctor, and nothing is created on any node', async (ctx) => {
    const missing = throughNginxTls.missing();
    if (missing !== undefined) return ctx.skip(missing);
    const { client, config, env, nodes } = await stage(users, wrongAtC(change));
    expect(await client.create('user-1', { deadlineMs: 3000 })).toMatchObject({
      state: 'refused',
      nodes: { c: { state: 'unknown', lastResponse: expect.stringMatching(lastResponse) } },
    });
    const words = ['doctor', '--json', '--config', config, '--try', 'user-2'];
    const { stdout } = await runCli(words, { env });
    const { findings } = JSON.parse(stdout) as { findings: readonly Finding[] };
    const failed = findings.filter(({ check }) => /^(?:node|canary) /.test(check));
    expect(failed.filter(({ level }) => level === 'fail')).toContainEqual(
      expect.objectContaining({ check: 'node c', hint: expect.stringContaining(hint) }),
    );
    for (const node of nodes.values()) expect(await node.keys()).toEqual([]);
  });
});
