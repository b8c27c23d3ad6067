/** What files say, as of the last time that it could be used. */
export interface Reloadable<T> {
  readonly current: T;
  /** Tells of every later value. What a listener throws is a defect. */
  onChange(listener: (value: T) => void): void;
}
