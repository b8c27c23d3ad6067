/** Remembers the keys that were added last. */
export class RecentKeys {
  /** In the order in which they were added, the oldest first. */
  private readonly keys = new Set<string>();

  constructor(private readonly maxKeys: number) {}

  has(key: string): boolean {
    return this.keys.has(key);
  }

  add(key: string): void {
    this.keys.delete(key);
    this.keys.add(key);
    const oldest = this.keys.values().next();
    if (this.keys.size > this.maxKeys && !oldest.done) this.keys.delete(oldest.value);
  }

  delete(key: string): void {
    this.keys.delete(key);
  }
}
