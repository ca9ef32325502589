import { bulkCommand } from '../bulk-command.ts';

export const deleteMany = bulkCommand('delete', {
  usage: 'delete [keys]',
  describe: 'Delete many records, each from every node or from none',
  examples: [
    ['$0 delete', 'delete records 0 to 99'],
    ['$0 delete keys.txt --ensure', 'also those that only some nodes hold'],
  ],
});
