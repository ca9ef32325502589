/**
 * The tables stay as they are. From here on a settlement may be kept in the short form of
 * settlement-text.ts, which earlier versions cannot read: they have to refuse the file.
 */
export const SETTLEMENTS_ALIKE = '';
