// The package has no types.
declare module 'fs-native-extensions' {
  /** Locks a file exclusively, without waiting. Returns false if another open file has the lock. Closing the file releases it. */
  export function tryLock(fd: number): boolean;
}
