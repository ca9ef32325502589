/** `lockstep`: the entry of the command line. */
import { hideBin } from 'yargs/helpers';
import { Terminal } from './output/terminal.ts';
import { runProgram } from './program.ts';

process.exitCode = await runProgram(hideBin(process.argv), new Terminal());
