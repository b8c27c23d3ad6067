// The package has no type declarations.
declare module 'fs-native-extensions' {
  /**
   * Locks `length` bytes from `offset` exclusively (0: up to the end of the file), without waiting. The lock belongs to the open
   * file, so the kernel releases it when the file is closed or the process ends in any way. Returns false if another open file
   * has a lock, even in the same process. Throws if the file system has no locks.
   */
  export function tryLock(fd: number, offset?: number, length?: number): boolean;
}
