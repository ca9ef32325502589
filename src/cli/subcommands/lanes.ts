/** `pause` and `resume`: of one lane, or of both. */
import { laneCommand } from '../operate/lane-command.ts';

export const pause = laneCommand('pause', {
  describe: 'Accept commands but start none until resume; running commands continue',
  examples: [
    ['$0 pause bulk', 'leave the nodes to interactive commands'],
    ['$0 pause', 'both lanes, before work on the nodes'],
  ],
});

export const resume = laneCommand('resume', {
  describe: 'Resume a paused lane',
  examples: [['$0 resume', 'all lanes']],
});
