/**
 * nodesim, a simulated cluster: entry of the process. Reads the settings, starts the cluster,
 * reports that to people and to pm2, and ends on a signal. Exit codes: 0 (or
 * LOCKSTEP_STOP_EXIT_CODE) stopped on purpose, 1 a lost thread or a port or file in use, 78 wrong
 * settings.
 */
import { type Cluster, startCluster } from './cluster/cluster.ts';
import { readCommandLine } from './flags.ts';
import { createLog } from './log.ts';
import { readSettings, type Settings } from './settings.ts';
import { CannotStart, EXIT_LOST, EXIT_WRONG_SETTINGS } from './start-error.ts';

// Its files are for its own user alone, in whichever way it was started.
process.umask(0o077);
const line = readCommandLine(process.argv.slice(2));
if (line.kind === 'help') console.log(line.text);
else if (line.kind === 'wrong') leave(line.message, EXIT_WRONG_SETTINGS);
else {
  const settings = readSettings(line.flags, process.env);
  if (settings.ok) await run(settings.value);
  else leave(settings.message, EXIT_WRONG_SETTINGS);
}

async function run(settings: Settings): Promise<void> {
  try {
    const cluster = await startCluster(settings, (error) => {
      createLog(settings.logLevel, 'nodesim').error('a thread is lost', error);
      process.exit(EXIT_LOST);
    });
    stopOnRequest(cluster, settings);
    console.log(readyLine(cluster, settings));
    process.send?.('ready');
  } catch (error) {
    if (error instanceof CannotStart) return leave(error.message, error.exitCode);
    throw error;
  }
}

function stopOnRequest(cluster: Cluster, settings: Settings): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(settings.stopExitCode);
    stopping = true;
    // Hanging and kept-alive connections would keep the process alive; exit cuts them.
    void cluster.stop().then(() => process.exit(settings.stopExitCode));
  };
  // Without a handler Node would open its debugger to every user of the machine.
  process.on('SIGUSR1', () => {});
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('message', (message) => {
    if (message === 'shutdown') stop();
  });
  if (settings.attached) process.stdin.resume().on('close', stop);
}

function readyLine(cluster: Cluster, { host, seed, dataDir }: Settings): string {
  const address = host.includes(':') ? `[${host}]` : host;
  const url = (port: number): string => `http://${address}:${port}`;
  const nodes = [...cluster.nodes].map(([name, { port }]) => `${name} ${url(port)}/v1`);
  const parts = [`shared ${url(cluster.port)}`, ...nodes, `seed ${seed}`, `data ${dataDir}`];
  return `nodesim ready: ${parts.join(', ')}`;
}

function leave(message: string, code: number): never {
  console.error(`nodesim: ${message}`);
  // Threads that have started, and the shared port, would keep the process alive.
  process.exit(code);
}
