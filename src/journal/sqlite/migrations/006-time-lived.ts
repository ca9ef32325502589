/**
 * History grows old by the time that the daemon lives (docs/decisions/038). Existing commands count
 * as settled just now, because the clocks that dated them are unknown. The index is made again by
 * one walk through the table, and takes its entries at its end as before.
 */
export const TIME_LIVED = `
ALTER TABLE head ADD COLUMN lived INTEGER NOT NULL DEFAULT 0;
-- How long the daemon had lived when it was accepted; once it is settled, when that was. ms.
ALTER TABLE command ADD COLUMN lived INTEGER NOT NULL DEFAULT 0;
DROP INDEX command_prunable;
CREATE INDEX command_prunable ON command (lived) WHERE settled_at IS NOT NULL AND loose = 0;
`;
