/**
 * `npm run demo`: starts a daemon and a simulated cluster of its own, whatever the environment or a
 * configuration file contains (demo/services.ts), and creates a hundred records while every node
 * fails one call in five. Exit code 0 only if all are committed and all nodes agree.
 *
 * They continue to run; `npm stop` ends them, and the next demo replaces them. Of the environment
 * only RANDOM_BEHAVIOR has an effect: another share of failed calls.
 */
import { LockstepClient } from '../../client/index.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { interruptible } from '../input/interrupts.ts';
import { Terminal } from '../output/terminal.ts';
import { demoReport } from './report.ts';
import { startServices } from './services.ts';
import { createAll } from './steps.ts';

const FAULT_RATE = '0.2';
const READY_MS = 10_000;

const terminal = new Terminal();
try {
  process.exitCode = await demo(process.env);
} catch (error) {
  terminal.note(`The demo failed: ${error instanceof Error ? error.message : String(error)}`);
  terminal.note('The logs are in data/demo/logs/; npm stop stops its processes.');
  process.exitCode = EXIT.notDone;
}

async function demo(given: NodeJS.ProcessEnv): Promise<number> {
  const rate = given['RANDOM_BEHAVIOR'] || FAULT_RATE;
  await terminal.line('Starting the daemon and three simulated nodes under pm2 …\n');
  const services = await startServices(given, rate);
  const client = await LockstepClient.connect({ ...services, timeoutMs: READY_MS });
  try {
    const run = async (stop: AbortSignal): Promise<ExitCode> => {
      const share = `${Math.round(Number(rate) * 100)} of 100 calls to every node fail`;
      await terminal.line(`\nCreating records 0 to 99 at once, while ${share} …`);
      const result = await createAll({ client, terminal, stop });
      await terminal.line(`\n${demoReport({ ...result, services }, terminal)}`);
      return result.ok ? EXIT.done : EXIT.notDone;
    };
    return await interruptible(terminal, { run, leave: () => client.close() });
  } finally {
    client.close();
  }
}
