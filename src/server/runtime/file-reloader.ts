import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { types } from 'node:util';
import type { Logger } from '../ports/logger';
import type { Reloadable } from '../ports/reloadable';

/** A set of files that are parsed together. */
export interface ReloadableFilesOptions<T> {
  /** The setting that names the files, for messages. */
  readonly setting: string;
  readonly paths: readonly string[];
  /** Receives the contents in the order of the paths. Throws if they are invalid. The message of the error must contain no secret. */
  readonly parse: (contents: readonly string[]) => T;
}

/**
 * Reloads files that change while the service runs. Compares the contents, so that every kind of change is detected: a file that is
 * overwritten or replaced, and a symbolic link that is switched, as Kubernetes does for secrets. A change takes effect when two
 * consecutive checks find the same contents, so that a partial write has no effect. An invalid change is logged once and ignored.
 */
export class FileReloader {
  private readonly fileSets: { readonly checkForChanges: () => Promise<void> }[] = [];
  private readonly log: Logger;

  constructor(log: Logger) {
    this.log = log;
  }

  /**
   * Reads and parses files and registers them for reloading.
   *
   * @throws Error with the name of the setting if the files cannot be read or are invalid.
   */
  open<T>({ setting, paths, parse }: ReloadableFilesOptions<T>): Reloadable<T> {
    const files = new ReloadableFiles(paths, parse, setting, this.log);
    this.fileSets.push(files);
    return files;
  }

  /** Checks all files and applies valid changes. Never rejects. */
  async checkForChanges(): Promise<void> {
    await Promise.all(this.fileSets.map((files) => files.checkForChanges()));
  }
}

class ReloadableFiles<T> implements Reloadable<T> {
  private value: T;
  /** The contents, or the read error, that were last parsed or reported. */
  private processed: string;
  /** The contents, or the read error, of the last check. */
  private lastSeen: string;
  private readonly listeners: ((value: T) => void)[] = [];

  constructor(
    private readonly paths: readonly string[],
    private readonly parse: (contents: readonly string[]) => T,
    private readonly setting: string,
    private readonly log: Logger,
  ) {
    try {
      const contents = paths.map((path) => readFileSync(path, 'utf8'));
      this.processed = JSON.stringify(contents);
      this.lastSeen = this.processed;
      this.value = parse(contents);
    } catch (cause) {
      throw new Error(`${setting} (${paths.join(', ')}): ${getMessage(cause)}`, { cause });
    }
  }

  get current(): T {
    return this.value;
  }

  onChange(listener: (value: T) => void): void {
    this.listeners.push(listener);
  }

  async checkForChanges(): Promise<void> {
    const contents = await Promise.all(this.paths.map((path) => readFile(path, 'utf8'))).catch(getMessage);
    const seen = JSON.stringify(contents);
    const isStable = seen === this.lastSeen;
    this.lastSeen = seen;
    if (!isStable || seen === this.processed) return;
    this.processed = seen;
    const fields = { setting: this.setting, files: this.paths };
    try {
      if (typeof contents === 'string') throw new Error(contents);
      this.value = this.parse(contents);
    } catch (error) {
      const problem = getMessage(error);
      this.log.error({ ...fields, problem }, 'changed files are invalid: the previous contents stay in use');
      return;
    }
    for (const listener of this.listeners) listener(this.value);
    this.log.info(fields, 'changed files were reloaded');
  }
}

function getMessage(error: unknown): string {
  return types.isNativeError(error) ? error.message : String(error);
}
