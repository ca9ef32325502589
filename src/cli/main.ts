/** `lockstep`: the entry of the command line. */
import { hideBin } from 'yargs/helpers';
import { runProgram } from './program.ts';
import { Terminal } from './terminal.ts';

process.exitCode = await runProgram(hideBin(process.argv), new Terminal());
