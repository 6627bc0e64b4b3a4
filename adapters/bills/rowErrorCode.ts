/** Stable codes of what can be wrong with one row of a bill. */
export type RowErrorCode =
  | 'DZ_ROW_COLUMN_COUNT'
  | 'DZ_ROW_AMOUNT'
  | 'DZ_ROW_AMOUNT_THOUSANDS'
  | 'DZ_ROW_AMOUNT_NEGATIVE'
  | 'DZ_ROW_AMOUNT_TOO_LARGE'
  | 'DZ_ROW_AMOUNT_ZERO'
  | 'DZ_ROW_REVOKED'
  | 'DZ_ROW_CONTRADICTION'
  | 'DZ_ROW_EXCEL_NUMBER'
  | 'DZ_ROW_TIME'
  | 'DZ_ROW_OUTSIDE_DAY'
  | 'DZ_ROW_STATE'
  | 'DZ_ROW_DUPLICATE'
  | 'DZ_ROW_ID'
  | 'DZ_ROW_CELL'
  | 'DZ_ROW_CHANNEL'
  | 'DZ_ROW_OTHER_MERCHANT';
