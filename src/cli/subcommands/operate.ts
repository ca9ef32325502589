/** `abandon`, `cancel`, `retry`: an operator's command about open commands. */
import { operatorCommand } from '../operate/command.ts';

export const abandon = operatorCommand('abandon', {
  describe: 'Give up rollbacks, and deletes that cannot be undone; the nodes stay as they are',
  examples: [
    ['$0 abandon order-17', 'asks first'],
    ['$0 list --stuck', 'which commands are stuck'],
    ['$0 abandon --stuck --node node03 --yes', 'after node03 was lost for good'],
  ],
  question: (what) => `Give up ${what} forever? The nodes stay as they are.`,
  why: 'abandon leaves the nodes different for good',
});

export const cancel = operatorCommand('cancel', {
  describe: 'Roll back commands that are not committed yet',
  examples: [
    ['$0 cancel order-17', 'answers once it can no longer commit'],
    ['$0 cancel --state accepted --older-than 1h --dry-run', 'only lists the matching commands'],
    ['$0 cancel --lane bulk --yes', 'every bulk command that is not committed yet'],
  ],
});

export const retry = operatorCommand('retry', {
  describe: 'Retry waiting commands now',
  examples: [
    ['$0 retry order-17', 'do not wait for the back-off to end'],
    ['$0 retry --stuck', 'all stuck commands, now that their node is back'],
    ['$0 retry --parked', 'commands that had crashed the daemon, now that it is fixed'],
  ],
});
