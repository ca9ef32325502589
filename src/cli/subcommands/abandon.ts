import { operatorCommand } from '../operator-command.ts';

export const abandon = operatorCommand('abandon', {
  describe: 'Give rollbacks up for ever; the nodes stay as they are',
  examples: [
    ['$0 abandon order-17', 'asks before it does'],
    ['$0 list --stuck', 'which rollbacks are stuck'],
    ['$0 abandon --stuck --node node03 --yes', 'after node03 was lost for good'],
  ],
  question: (what) => `Give up the rollback of ${what} for ever?`,
  why: 'abandon leaves nodes different for good',
});
