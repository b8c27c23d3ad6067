/** An object with the keys of the contract. Keys without a value are left out. */
export type FileObject = Readonly<Record<string, unknown>>;

/** Leaves out keys without a value, and empty texts and lists. */
export function withoutEmpty(content: FileObject): FileObject {
  return Object.fromEntries(Object.entries(content).filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

/** A file to write. */
export interface ImportedFile {
  /** Relative to the output folder, with `/`. */
  readonly path: string;
  readonly text: string;
}
