import { operatorCommand } from '../operator-command.ts';

export const cancel = operatorCommand('cancel', {
  describe: 'Turn commands back that are not committed yet',
  examples: [
    ['$0 cancel order-17', 'answers once it can no longer commit'],
    ['$0 cancel --state accepted --older-than 1h --dry-run', 'which ones would it be?'],
    ['$0 cancel --lane bulk --yes', 'every bulk command that is not committed yet'],
  ],
});
