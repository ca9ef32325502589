/** How far numbers continue above those of a journal that went back in time. */

/** Above the owner marks that were given since the copy, even by a clock that ran ahead. */
export const TOKEN_RAISE_MICROS = 86_400 * 1_000_000;
/** At 10,000 commands a second: more than a day of them. */
export const SEQ_RAISE = 1_000_000_000;
/** People read and type the numbers of acts, so they stay short. */
export const ACT_RAISE = 100_000;
