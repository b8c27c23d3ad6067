/** Structured logging; values of customers are never given to it. */
export interface Logger {
  /** Whether lines at debug are written: what only they need is not computed else. */
  readonly isDebug: boolean;
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}
