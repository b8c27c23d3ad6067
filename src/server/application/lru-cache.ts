/** Keeps the values that were used last, at most `capacity` of them. */
export class LruCache<T> {
  private readonly values = new Map<string, T>();
  private readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** The value, which counts as used now. */
  get(key: string): T | undefined {
    const value = this.values.get(key);
    if (value === undefined) return undefined;
    // A Map keeps the order of insertion, so what was used last stands last.
    this.values.delete(key);
    this.values.set(key, value);
    return value;
  }

  /** The value, without counting as used. */
  peek(key: string): T | undefined {
    return this.values.get(key);
  }

  set(key: string, value: T): void {
    this.values.delete(key);
    this.values.set(key, value);
    if (this.values.size <= this.capacity) return;
    const [oldest] = this.values.keys();
    if (oldest !== undefined) this.values.delete(oldest);
  }

  delete(key: string): void {
    this.values.delete(key);
  }

  /** Used longest ago first. */
  keys(): readonly string[] {
    return [...this.values.keys()];
  }
}
