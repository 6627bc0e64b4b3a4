export type Hospital = { readonly id: string; readonly name: string; readonly lastDate: string | null };

export function ofHospitals<Item extends { readonly merchantId: string }>(
  items: readonly Item[],
  hospitals: readonly Hospital[],
): readonly Item[] {
  const ids = new Set(hospitals.map(({ id }) => id));
  return items.filter(({ merchantId }) => ids.has(merchantId));
}
