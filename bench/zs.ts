import { mkdtempSync, rmSync } from 'node:fs';
import { Cluster } from './rig/cluster.ts'; import { Client } from './rig/contenders.ts'; import { Daemon } from './rig/daemon.ts';
const dir = mkdtempSync('/tmp/w/adhoc/zs-'); process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
const cluster = await Cluster.start();
const env = { LOCKSTEP_REQUEST_TIMEOUT_MS: '9000', LOCKSTEP_QUIESCE_MS: '9000' };
const d = await Daemon.start({ name: 'd', dataDir: dir, nodes: cluster.nodes, env });
const c = await Client.connect('x', d.endpoint);
await cluster.delay(3600000);
await c.do({ kind: 'fill', count: 100000, prefix: 'o', lane: 'interactive' });
await c.end(); await d.kill();
const args = process.argv.slice(2);
for (let i = 0; i < 3; i++) { const t = performance.now(); const e = await Daemon.start({ name: 'e', dataDir: dir, nodes: cluster.nodes, env, execArgv: i === 2 ? args : [] }); console.log('start', performance.now() - t); if (i === 2) await e.end(); else await e.kill(); }
await cluster.end();
