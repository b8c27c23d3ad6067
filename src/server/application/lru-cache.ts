/** A cache that evicts the least recently used value. */
export class LruCache<T> {
  private readonly values = new Map<string, T>();
  private readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Returns a value and marks it as the most recently used one. */
  get(key: string): T | undefined {
    const value = this.values.get(key);
    if (value === undefined) return undefined;
    // A Map iterates in insertion order, so the most recently used value is the last one.
    this.values.delete(key);
    this.values.set(key, value);
    return value;
  }

  /** Returns a value without marking it as used. */
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

  /** Returns the keys, the least recently used one first. */
  keys(): readonly string[] {
    return [...this.values.keys()];
  }
}
