import { bulkCommand } from '../bulk-command.ts';

export const deleteMany = bulkCommand('delete', {
  usage: 'delete <keys>',
  describe: 'Delete many records, each from every node or from none',
  examples: [
    ['$0 delete 0..99', 'asks at a terminal; --yes if that is meant'],
    ['$0 delete keys.txt --ensure', 'also those that only some nodes hold'],
  ],
});
