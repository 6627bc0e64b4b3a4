import type { HisOrderQuery } from '../domain/billSource.ts';
import { yuanOfFen } from '../domain/money.ts';
import type { OrderRef } from '../domain/resolutionPorts.ts';
import { refuse } from './refuse.ts';

/**
 * HIS is asked this moment. @throws DZ_HIS_HAS_IT; DZ_HDP_FAILED where it cannot be asked, which is never "has not"
 */
export async function assertHisLacks({ merchantId, orderNo }: OrderRef, his: HisOrderQuery): Promise<void> {
  const found = await his.orderNow(merchantId, orderNo);
  if (found.state === 'ABSENT') return;
  const what = `${found.hisOrderNo}, ${yuanOfFen(found.amountFen)} yuan`;
  throw refuse(
    'DZ_HIS_HAS_IT',
    `the hospital has this order (${what}): it is not refunded`,
    `医院 HIS 已有该订单（${what.replace(' yuan', ' 元')}），不能退款`,
    { hisOrderNo: found.hisOrderNo },
  );
}
