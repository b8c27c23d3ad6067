import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { types } from 'node:util';
import type { Logger } from '../ports/logger';
import type { Reloadable } from '../ports/reloadable';

/** Files that are read together, and what they mean. */
export interface ReloadableFilesOptions<T> {
  /** The settings that name them, for people. */
  readonly setting: string;
  readonly paths: readonly string[];
  /** Gets the contents in the order of the paths. Throws an error whose message holds no secret where they cannot be used. */
  readonly parse: (contents: readonly string[]) => T;
}

/**
 * Files that may change while the service runs. They are compared by what is in them, so that every way to change one is
 * noticed: written over, replaced, or behind a link that moves, as Kubernetes mounts secrets. They count once two looks have found
 * the same, so that nothing half written does. What cannot be used is logged once and changes nothing.
 */
export class FileReloader {
  private readonly opened: { readonly checkForChanges: () => Promise<void> }[] = [];
  private readonly log: Logger;

  constructor(log: Logger) {
    this.log = log;
  }

  /**
   * Reads files for the first time.
   *
   * @throws Error with the setting where they cannot be read or used.
   */
  open<T>({ setting, paths, parse: read }: ReloadableFilesOptions<T>): Reloadable<T> {
    const files = new Files(paths, read, setting, this.log);
    this.opened.push(files);
    return files;
  }

  /** Looks whether files have changed, and takes over what can be used. Never rejects. */
  async checkForChanges(): Promise<void> {
    await Promise.all(this.opened.map((files) => files.checkForChanges()));
  }
}

class Files<T> implements Reloadable<T> {
  private value: T;
  /** What was judged last, whether it could be used or not; or why it could not be read. */
  private judged: string;
  /** What the last look found. */
  private found: string;
  private readonly listeners: ((value: T) => void)[] = [];

  constructor(
    private readonly paths: readonly string[],
    private readonly read: (contents: readonly string[]) => T,
    private readonly setting: string,
    private readonly log: Logger,
  ) {
    try {
      const contents = paths.map((path) => readFileSync(path, 'utf8'));
      this.judged = JSON.stringify(contents);
      this.found = this.judged;
      this.value = read(contents);
    } catch (cause) {
      throw new Error(`${setting} (${paths.join(', ')}): ${messageOf(cause)}`, { cause });
    }
  }

  get current(): T {
    return this.value;
  }

  onChange(listener: (value: T) => void): void {
    this.listeners.push(listener);
  }

  async checkForChanges(): Promise<void> {
    const contents = await Promise.all(this.paths.map((path) => readFile(path, 'utf8'))).catch(messageOf);
    const found = JSON.stringify(contents);
    const isSettled = found === this.found;
    this.found = found;
    if (!isSettled || found === this.judged) return;
    this.judged = found;
    const fields = { setting: this.setting, files: this.paths };
    try {
      if (typeof contents === 'string') throw new Error(contents);
      this.value = this.read(contents);
    } catch (error) {
      this.log.error(
        { ...fields, problem: messageOf(error) },
        'changed files cannot be used: what they said before holds',
      );
      return;
    }
    for (const listener of this.listeners) listener(this.value);
    this.log.info(fields, 'changed files are in use');
  }
}

function messageOf(error: unknown): string {
  return types.isNativeError(error) ? error.message : String(error);
}
