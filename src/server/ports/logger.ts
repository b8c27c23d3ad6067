/** Structured logging. Callers must not log customer data. */
export interface Logger {
  /** Whether debug lines are written. Check it before computing fields that only debug lines need. */
  readonly isDebug: boolean;
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}
