/** A value read from files that may change. */
export interface Reloadable<T> {
  /** The value of the last valid version of the files. */
  readonly current: T;
  /** Calls `listener` with every later value. A listener must not throw. */
  onChange(listener: (value: T) => void): void;
}
