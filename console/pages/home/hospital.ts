export type Hospital = { readonly id: string; readonly name: string; readonly lastDate: string | null };
