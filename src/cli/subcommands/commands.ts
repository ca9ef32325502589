/** `create`, `delete` for many keys, `create-one`, `delete-one` for one. */
import { bulkCommand } from '../bulk/command.ts';
import { oneCommand } from '../one-command.ts';

export const create = bulkCommand('create', {
  usage: 'create <keys>',
  describe: 'Create many records, each on every node or on none',
  examples: [
    ['$0 create 0..99', 'create records 0 to 99'],
    ['$0 create 1..1000 --in-flight 64', 'fewer at once'],
    ['$0 create keys.txt', 'one key a line'],
    ['seq 5 | $0 create - --json', 'keys from stdin, a line of JSON for each answer'],
  ],
});

export const deleteMany = bulkCommand('delete', {
  usage: 'delete <keys>',
  describe: 'Delete many records, each from every node or from none',
  examples: [
    ['$0 delete 0..99', 'asks at a terminal; --yes skips the question'],
    ['$0 delete keys.txt --ensure', 'also those that only some nodes hold'],
  ],
});

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

export const deleteOne = oneCommand('delete', {
  usage: 'delete-one <key>',
  describe: 'Delete one record from every node, or from none',
  examples: [
    ['$0 delete-one 5', 'delete record 5'],
    ['$0 delete-one 5 --ensure', 'also if only some of the nodes hold it'],
  ],
});
