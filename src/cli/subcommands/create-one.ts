import { oneCommand } from '../one-command.ts';

export const createOne = oneCommand('create', {
  usage: 'create-one <key>',
  describe: 'Create one record on every node, or on none',
  examples: [
    ['$0 create-one 5', 'create record 5'],
    ['$0 create-one 5 --ensure', 'also if some of the nodes hold it already'],
    ['$0 create-one 5 --id order-17', 'safe to repeat: it is done once'],
    ['$0 create-one -- -5', 'a key that begins with a dash'],
  ],
});
