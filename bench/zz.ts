import { setTimeout as sleep } from 'node:timers/promises';
import { mkdtempSync, rmSync, readFileSync } from 'node:fs';
import { Cluster } from './rig/cluster.ts'; import { Client } from './rig/contenders.ts'; import { residentBytes } from './rig/cpu.ts'; import { Daemon } from './rig/daemon.ts';
const dir = mkdtempSync('/tmp/w/adhoc/zz-'); process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
const cluster = await Cluster.start();
const d = await Daemon.start({ name: 'd', dataDir: dir, nodes: cluster.nodes, env: { LOCKSTEP_REQUEST_TIMEOUT_MS: '9000', LOCKSTEP_QUIESCE_MS: '9000' }, execArgv: process.argv.slice(2) });
const c = await Client.connect('x', d.endpoint);
const mb = () => ((residentBytes(d.pid) ?? 0) / 1048576).toFixed(0) + ' anon ' + (Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${d.pid}/status`, 'utf8'))?.[1]) / 1024).toFixed(0);
console.log('fresh', mb());
await c.do({ kind: 'load', inFlight: 1000, warmUpMs: 0, measureMs: 2000, prefix: 'w' }); 
for (const s of [1]) { await sleep(s * 1000); console.log('idle +', s, mb()); }
await cluster.delay(3600000);
const { perSecond } = await c.do({ kind: 'fill', count: 100000, prefix: 'o', lane: 'interactive' });
for (const s of [0, 1]) { await sleep(s * 1000); console.log('full +', s, mb()); }
console.log('accepted/s', perSecond.toFixed(0));
await c.end(); await d.kill(); 
for (let i = 0; i < 1; i++) { console.log('start', await d.restart(), mb()); await d.kill(); }
await cluster.end();
