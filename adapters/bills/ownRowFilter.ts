import type { MerchantChannel } from '../../domain/merchant.ts';
import type { ByteText } from './byteText.ts';
import type { Cells } from './cells.ts';
import type { ColumnMap } from './columns.ts';

type Columns = ColumnMap<'appId' | 'merchantNo' | 'subMerchantNo' | 'orderNo'>;

/** Stands in 特约商户号 of a merchant that is not under a service provider. */
const NO_SUB_MERCHANT = '0';

/**
 * Whose a row is in a bill that may hold several businesses: a merchant number shared with other systems, or a service
 * provider's number with all its sub-merchants.
 */
export class OwnRowFilter {
  readonly #own: MerchantChannel | null;
  /** 商户号 of the bill: its first row's. */
  billNo: ByteText | null = null;
  #isSubMerchant = false;

  constructor(own: MerchantChannel | null) {
    this.#own = own;
  }

  /** The number that the bill is of, the sub-merchant's where that is the hospital's. */
  get merchantNo(): string | null {
    return this.#isSubMerchant ? (this.#own?.merchantNo ?? null) : this.billNo;
  }

  ownerOf(cells: Cells, columns: Columns): 'OWN' | 'FOREIGN' | 'OTHER_NUMBER' {
    if (this.billNo === null) this.billNo = cells.get(columns.merchantNo) || null;
    else if (columns.merchantNo >= 0 && !cells.is(columns.merchantNo, this.billNo)) return 'OTHER_NUMBER';
    const own = this.#own;
    if (own === null) return 'OWN';
    if (this.billNo !== own.merchantNo && this.#hasSubMerchant(cells, columns)) {
      if (!cells.is(columns.subMerchantNo, own.merchantNo)) return 'FOREIGN';
      this.#isSubMerchant = true;
    }
    const { appIds, subMerchantNos } = own.ownRows ?? {};
    if (appIds && !appIds.includes(cells.get(columns.appId))) return 'FOREIGN';
    if (subMerchantNos && !subMerchantNos.includes(cells.get(columns.subMerchantNo))) return 'FOREIGN';
    return isOwnOrder(own, cells.text, cells.start(columns.orderNo)) ? 'OWN' : 'FOREIGN';
  }

  #hasSubMerchant(cells: Cells, columns: Columns): boolean {
    return !cells.isEmpty(columns.subMerchantNo) && !cells.is(columns.subMerchantNo, NO_SUB_MERCHANT);
  }
}

/** Whether the order number that begins at `start` is the hospital's; the only mark that every channel's bill has. */
export function isOwnOrder(own: MerchantChannel | null, text: ByteText, start: number): boolean {
  const prefixes = own?.ownRows?.orderNoPrefixes;
  return prefixes === undefined || prefixes.some((prefix) => text.startsWith(prefix, start));
}
