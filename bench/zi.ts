import { setTimeout as sleep } from 'node:timers/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { Cluster } from './rig/cluster.ts'; import { threadTimes } from './rig/cpu.ts'; import { Daemon } from './rig/daemon.ts';
const dir = mkdtempSync('/tmp/w/adhoc/zi-'); process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
const [secs = '10', ...execArgv] = process.argv.slice(2);
const cluster = await Cluster.start();
const d = await Daemon.start({ name: 'd', dataDir: dir, nodes: cluster.nodes, executors: 2, execArgv });
await sleep(3000);
const a = threadTimes(d.pid); const t = performance.now(); await sleep(Number(secs) * 1000); const b = threadTimes(d.pid); const e = performance.now() - t;
console.log(Object.entries(b.micros).map(([k, v]) => [k, (v - (a.micros[k] ?? 0)) / e / 10] as const).sort((x, y) => y[1] - x[1]).map(([k, v]) => `${k} ${v.toFixed(2)}`).join(', '), 'total', ((b.totalMicros - a.totalMicros) / e / 10).toFixed(2));
if (process.env['STRACE']) { const { execFileSync } = await import('node:child_process'); try { execFileSync('timeout', ['-s', 'INT', '5', 'strace', '-f', '-r', '-e', 'trace=epoll_pwait,poll,futex,write', '-p', String(d.pid), '-o', '/tmp/w/prof2/strace.txt']); } catch {} }
await d.end(); await cluster.end();
