/** Warnings of `--check` about a dialect that is valid, and takes a risk. */
import { type Dialect, unprovenRules } from '../../node/dialect/dialect.ts';

export function dialectWarnings(dialect: Dialect): readonly string[] {
  const { create, delete: remove } = dialect;
  const unproven = unprovenRules(dialect);
  const warnings: string[] = [];
  if (unproven.length > 0) {
    const where = unproven.join(', ');
    warnings.push(
      `the dialect says \`proof: none\` (${where}), so the same answer of a proxy in the place of a node is believed`,
    );
  }
  if (remove.restore === 'template') {
    warnings.push(
      'the rollback of a delete creates the record again from its key alone (delete.restore: template)',
    );
  }
  if (typeof remove.restore === 'object') {
    warnings.push(
      'the rollback of a delete creates the record again with only some of its members (delete.restore)',
    );
  }
  if (remove.restore === 'none') {
    warnings.push(
      'a deleted record cannot be created again (delete.restore: none): once a node has deleted it, the command continues until all nodes have',
    );
  }
  const isOverwriting = create.method === 'PUT' && !('if-none-match' in lowered(create.headers));
  if (isOverwriting && dialect.mark === null) {
    warnings.push(
      'a create by PUT without If-None-Match may overwrite a record that another program has created meanwhile',
    );
  }
  return warnings;
}

function lowered(headers: Readonly<Record<string, string>>): object {
  return Object.fromEntries(Object.keys(headers).map((name) => [name.toLowerCase(), true]));
}
