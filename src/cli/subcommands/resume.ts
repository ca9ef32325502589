import { laneCommand } from '../lane-command.ts';

export const resume = laneCommand('resume', {
  describe: 'Go on with a lane that was paused',
  examples: [['$0 resume', 'all lanes']],
});
