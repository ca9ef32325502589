import { oneCommand } from '../one-command.ts';

export const deleteOne = oneCommand('delete', {
  usage: 'delete-one <key>',
  describe: 'Delete one record from every node, or from none',
  examples: [
    ['$0 delete-one 5', 'delete record 5'],
    ['$0 delete-one 5 --ensure', 'also if only some of the nodes hold it'],
  ],
});
