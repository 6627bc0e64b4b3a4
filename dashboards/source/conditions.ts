// Conditions and expressions that panels share. Queries read the views, which are right whatever is repeated.

/**
 * Business dates that the time range touches. The plugin's own $__dateFilter takes the dates of the range in UTC: before
 * eight in the morning that is the day before the one in Shanghai.
 */
export const OF_DATES = `business_date >= toDate($__fromTime, 'Asia/Shanghai') AND business_date <= toDate($__toTime, 'Asia/Shanghai')`;

/**
 * Verdicts of these dates by hour, channel and code, as GET /api/v1/match-rates counts them: a run's are all its own, also
 * those that settle the day before.
 */
export const VERDICTS = `v_verdict_counts WHERE ${OF_DATES}`;

/** What is open is shown however old it is, up to a quarter: reading without any bound would read the whole ledger. */
export const OF_OPEN_DATES = `business_date > toDate($__toTime, 'Asia/Shanghai') - 90 AND business_date <= toDate($__toTime, 'Asia/Shanghai')`;

export const OF_HOSPITAL = '$__conditionalAll(merchant_id IN (${merchant:singlequote}), $merchant)';
export const OF_CHANNEL = '$__conditionalAll(channel IN (${channel:singlequote}), $channel)';
export const OF_MODE = '$__conditionalAll(mode IN (${mode:singlequote}), $mode)';
export const OF_ALL = `${OF_HOSPITAL} AND ${OF_CHANNEL} AND ${OF_MODE}`;

/** Final rows, and realtime ones of dates that are not closed yet; other realtime rows are what had been said before. */
export const LAST_WORD = `(provisional OR mode != 'REALTIME')`;

export const IS_OPEN = `status IN ('OPEN', 'IN_PROGRESS', 'PENDING_APPROVAL')`;
/** The open exceptions, as GET /api/v1/exceptions counts them. */
export const OPEN_EXCEPTIONS = `v_current_exceptions WHERE ${OF_OPEN_DATES} AND ${OF_ALL} AND ${IS_OPEN}`;

/** What an exception is about, in fen; the filter by amount of the API says the same. */
export const STAKE = 'coalesce(channel_fen, platform_fen, merchant_fen, 0)';
export const STAKE_YUAN = `sum(${STAKE}) / 100`;

/** In both codes the books agree on the money. null where there is nothing to count. */
export const MATCH_RATE = `sumIf(verdicts, code IN ('MATCHED', 'CROSS_DAY')) / nullIf(sum(verdicts), 0)`;
export const DAY = `toDateTime(business_date, 'Asia/Shanghai')`;
