/** Limits on the size of a stored session. */
export interface SessionLimits {
  /** Maximum bytes of the encoded state. */
  readonly maxBytes: number;
  /** Maximum number of variables: those of the session and those of its instances. */
  readonly maxVariables: number;
}

/** The defaults of `[limits]`. */
export const defaultSessionLimits: SessionLimits = { maxBytes: 1_048_576, maxVariables: 2_000 };
