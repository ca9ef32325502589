/**
 * `npm run demo`: brings daemon and simulated cluster up, empties it, and creates a hundred records
 * while every node fails one call in five. Exit 0 only if all are committed and all nodes agree.
 * Everything is left running; RANDOM_BEHAVIOR, NODESIM_* and LOCKSTEP_* are passed on.
 */
import { DEFAULT_ENDPOINT, LockstepClient } from '../client/index.ts';
import { demoReport } from './demo/report.ts';
import { startServices } from './demo/services.ts';
import { Simulator } from './demo/simulator.ts';
import { createAll, empty } from './demo/steps.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { interruptible } from './interrupts.ts';
import { Terminal } from './terminal.ts';

const FAULT_RATE = '0.2';
const READY_MS = 10_000;

const terminal = new Terminal();
try {
  process.exitCode = await demo(process.env);
} catch (error) {
  terminal.note(`The demo failed: ${error instanceof Error ? error.message : String(error)}`);
  terminal.note(`The logs are in ${logsOf(process.env)}; npm stop ends what runs.`);
  process.exitCode = EXIT.notDone;
}

function logsOf(env: NodeJS.ProcessEnv): string {
  return `${env['LOCKSTEP_DATA_DIR'] || 'data'}/logs/`;
}

async function demo(given: NodeJS.ProcessEnv): Promise<ExitCode> {
  const rate = given['RANDOM_BEHAVIOR'] || FAULT_RATE;
  await terminal.line('Starting the daemon and three simulated nodes under pm2 …\n');
  const started = await startServices({ ...given, RANDOM_BEHAVIOR: rate });
  if (started !== 0) throw new Error(`npm start ended with ${started}`);
  const endpoint = given['LOCKSTEP_ENDPOINT'] || DEFAULT_ENDPOINT;
  const client = await LockstepClient.connect({ endpoint, timeoutMs: READY_MS });
  try {
    const simulator = new Simulator(given);
    return await interruptible(terminal, async (stop) => {
      const stage = { client, terminal, stop };
      const deleted = await empty(simulator, stage);
      if (deleted > 0) await terminal.line(`\nDeleted ${deleted} records of an earlier run.`);
      await simulator.setFaultRate(Number(rate));
      const share = `${Math.round(Number(rate) * 100)} of 100 calls to every node fail`;
      await terminal.line(`\nCreating records 0 to 99 at once, while ${share} …`);
      const result = await createAll(stage);
      await terminal.line(`\n${demoReport({ ...result, logs: logsOf(given) }, terminal)}`);
      return result.ok ? EXIT.done : EXIT.notDone;
    });
  } finally {
    client.close();
  }
}
