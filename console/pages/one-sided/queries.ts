import { queryOptions } from '@tanstack/react-query';
import { api, given } from '../../api/client.ts';
import type { paths } from '../../api/schema.d.ts';

export type Check =
  paths['/api/v1/one-sided-checks']['post']['responses'][200]['content']['application/json'];
export type Offer = NonNullable<Check['offer']>;
export type Order = { readonly merchantId: string; readonly orderNo: string };

export function check(order: Order) {
  return given(api.POST('/api/v1/one-sided-checks', { body: order }));
}

export function sendCode(offerId: string) {
  return given(
    api.POST('/api/v1/one-sided-checks/{id}/verification-codes', { params: { path: { id: offerId } } }),
  );
}

export type RefundWish = {
  readonly offerId: string;
  readonly verificationCode: string;
  readonly note: string;
  /** The same over all tries of one intention. */
  readonly idempotencyKey: string;
};

export function refund({ offerId, verificationCode, note, idempotencyKey }: RefundWish) {
  return given(
    api.POST('/api/v1/one-sided-checks/{id}/refund', {
      params: { path: { id: offerId }, header: { 'idempotency-key': idempotencyKey } },
      body: { verificationCode, note },
    }),
  );
}

export function orderQuery({ merchantId, orderNo }: Order) {
  return queryOptions({
    queryKey: ['orders', merchantId, orderNo],
    queryFn: ({ signal }) =>
      given(
        api.GET('/api/v1/orders/{orderNo}', {
          params: { path: { orderNo }, query: { merchantId } },
          signal,
        }),
      ),
    retry: false,
  });
}
