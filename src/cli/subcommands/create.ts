import { bulkCommand } from '../bulk-command.ts';

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
