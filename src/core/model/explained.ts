/** A decision with a sentence that explains it. */
export type Explained<Decision> = Decision & { readonly reasoning: string };
