/** A value as it was given, with where it was given. */
export interface ConfigValue {
  readonly value: unknown;
  /** A file's path or the name of an environment variable. */
  readonly origin: string;
}

/** What one source gives, by dotted key, for example `server.port`. A Map, so that no key of a file reaches a prototype. */
export type ConfigLayer = ReadonlyMap<string, ConfigValue>;

/** The leaves of nested tables by dotted key. An empty table is a leaf, so that a misspelt section is seen. */
export function flatten(table: object, origin: string): ConfigLayer {
  const leaves = new Map<string, ConfigValue>();
  const visit = (value: unknown, path: string): void => {
    if (!isTable(value) || (path !== '' && Object.keys(value).length === 0)) {
      leaves.set(path, { value, origin });
      return;
    }
    for (const [key, member] of Object.entries(value)) visit(member, path === '' ? key : `${path}.${key}`);
  };
  visit(table, '');
  return leaves;
}

function isTable(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** All layers as one; of a key that several give the last one counts. */
export function mergeLayers(layers: readonly ConfigLayer[]): ConfigLayer {
  return new Map(layers.flatMap((layer) => [...layer]));
}
