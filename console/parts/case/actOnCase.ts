import { api, given } from '../../api/client.ts';
import type { CodeSent } from './CodeField.tsx';
import type { Action, ActionAnswer, CaseDetail } from './queries.ts';

/** What the dialogs ask for, of whichever action. */
export type Said = {
  readonly note: string;
  readonly verificationCode?: string;
  readonly confirmCrossDay?: boolean;
  readonly confirmNotCrossDay?: boolean;
  readonly method?: string;
  readonly channelRefundNo?: string;
  /** Of a refund: what the code was sent for. */
  readonly amountFen?: string;
};

type Wish = {
  readonly detail: CaseDetail;
  readonly action: Action;
  readonly said: Said;
  readonly files: readonly File[];
  readonly key: string;
};

/** @throws ApiProblem */
export function actOnCase({ detail, action, said, files, key }: Wish): Promise<ActionAnswer> {
  const params = { path: { id: detail.id }, header: { 'idempotency-key': key } };
  const { note, verificationCode = '', amountFen = '' } = said;
  switch (action) {
    case 'REFUND':
      return given(
        api.POST('/api/v1/exceptions/{id}/refund', { params, body: { note, verificationCode, amountFen } }),
      );
    case 'WRITE_OFF': {
      const body = { note, ...(said.confirmCrossDay ? { confirmCrossDay: true } : {}) };
      return given(api.POST('/api/v1/exceptions/{id}/write-off', { params, body }));
    }
    case 'SUPPLEMENT': {
      const confirmed = said.confirmNotCrossDay ? { confirmNotCrossDay: true } : {};
      const body = { note, method: said.method ?? '', ...confirmed };
      return given(api.POST('/api/v1/exceptions/{id}/supplement', { params, body, ...asForm(body, files) }));
    }
    case 'EXTERNAL_REFUND': {
      const body = { note, channelRefundNo: said.channelRefundNo ?? '' };
      return given(
        api.POST('/api/v1/exceptions/{id}/external-refund', { params, body, ...asForm(body, files) }),
      );
    }
    case 'SELF_REFUND':
      return refundOrder({ ...detail, caseId: detail.id, amountFen, verificationCode, note, key });
  }
}

type OrderRefund = {
  readonly merchantId: string;
  readonly orderNo: string;
  readonly caseId: string | null;
  readonly amountFen: string;
  readonly verificationCode: string;
  readonly note: string;
  readonly key: string;
};

export function refundOrder(wish: OrderRefund): Promise<ActionAnswer> {
  const { merchantId, orderNo, caseId, amountFen, verificationCode, note, key } = wish;
  return given(
    api.POST('/api/v1/orders/{orderNo}/refunds', {
      params: { path: { orderNo }, header: { 'idempotency-key': key } },
      body: { merchantId, amountFen, verificationCode, note, ...(caseId === null ? {} : { caseId }) },
    }),
  );
}

export function sendOrderCode(
  wish: Pick<OrderRefund, 'merchantId' | 'orderNo' | 'caseId' | 'amountFen'>,
): Promise<CodeSent> {
  const { merchantId, orderNo, caseId, amountFen } = wish;
  return given(
    api.POST('/api/v1/orders/{orderNo}/verification-codes', {
      params: { path: { orderNo } },
      body: { merchantId, amountFen, ...(caseId === null ? {} : { caseId }) },
    }),
  );
}

export function sendCaseCode(id: string): Promise<CodeSent> {
  return given(api.POST('/api/v1/exceptions/{id}/verification-codes', { params: { path: { id } } }));
}

/** A body goes as JSON, and as a form when files come with it. */
function asForm(body: Readonly<Record<string, string | boolean>>, files: readonly File[]) {
  if (files.length === 0) return {};
  const form = new FormData();
  for (const [name, value] of Object.entries(body)) form.append(name, String(value));
  for (const file of files) form.append('files', file, file.name);
  return { bodySerializer: () => form };
}
