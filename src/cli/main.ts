/** `lockstep`: the entry of the command line. */
import { hideBin } from 'yargs/helpers';
import { Terminal } from './output/terminal.ts';
import { runProgram } from './program.ts';

// Its files, copies of the journal among them, are for its own user alone.
process.umask(0o077);
process.exitCode = await runProgram(hideBin(process.argv), new Terminal());
