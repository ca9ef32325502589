import { operatorCommand } from '../operator-command.ts';

export const retry = operatorCommand('retry', {
  describe: 'Make waiting commands try now',
  examples: [
    ['$0 retry order-17', 'do not wait for the back-off to end'],
    ['$0 retry --stuck', 'all stuck rollbacks, now that their node is back'],
    ['$0 retry --parked', 'what had crashed the daemon, now that it is mended'],
  ],
});
