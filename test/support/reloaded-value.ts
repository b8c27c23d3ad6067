import type { Reloadable } from '../../src/server/ports/reloadable';

/** A reloadable value that a test changes. */
export class ReloadedValue<T> implements Reloadable<T> {
  private readonly listeners: ((value: T) => void)[] = [];

  constructor(public current: T) {}

  onChange(listener: (value: T) => void): void {
    this.listeners.push(listener);
  }

  change(value: T): void {
    this.current = value;
    for (const listener of this.listeners) listener(value);
  }
}
