/** What the page shows; the list is the one without a name in the address. */
export const TABS = ['list', 'refund', 'bills'] as const;
export type Tab = (typeof TABS)[number];
