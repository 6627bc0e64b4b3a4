/** What is said to people, in each language of ours. */
export type Words = { readonly en: string; readonly zh: string };
