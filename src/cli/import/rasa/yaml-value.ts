import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { asNode, describeNode, type FileProblem, ParseContext, parseDocuments } from '../../files';
import type { RasaPosition } from './report';

/** The number of values that a file may have, with the values of its aliases. */
const maxValues = 100_000;

/** The number of values that are nested in each other. */
const maxDepth = 60;

/** A file that cannot be read as data. */
export class UnusableFileError extends Error {
  constructor(
    readonly at: RasaPosition,
    message: string,
  ) {
    super(message);
    this.name = 'UnusableFileError';
  }
}

/** A value of a YAML file with its position. Aliases are resolved. The number of values that are read from a file is limited. */
export class YamlValue {
  readonly #reader: FileReader;
  readonly #node: Node | undefined;
  readonly #depth: number;
  // Created once, so that a value counts once, however often it is read.
  #items: readonly YamlValue[] | undefined;
  #entries: readonly YamlEntry[] | undefined;
  readonly at: RasaPosition;

  constructor(reader: FileReader, node: Node | undefined, at: RasaPosition, depth: number) {
    this.#reader = reader;
    this.#node = node;
    this.#depth = depth;
    this.at = at;
    reader.count(at, depth);
  }

  get isMap(): boolean {
    return isMap(this.#node);
  }

  get isList(): boolean {
    return isSeq(this.#node);
  }

  /** `a list`, `a mapping`, `a string` and so on, for messages. */
  get description(): string {
    return describeNode(this.#node);
  }

  /** The scalar; undefined for a list or a mapping. A key without a value is null. */
  get scalar(): string | number | boolean | null | undefined {
    if (this.#node === undefined) return null;
    if (!isScalar(this.#node)) return undefined;
    const { value } = this.#node;
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      return value;
    return String(value);
  }

  /** The scalar as a text; "" for null, a list or a mapping. */
  get text(): string {
    return String(this.scalar ?? '');
  }

  /** Whether the scalar is a text without quotes or in quotes, on one line: then offsets in the text are columns. */
  get textColumnOffset(): number | undefined {
    if (!isScalar(this.#node) || this.text.includes('\n')) return undefined;
    const { type } = this.#node;
    if (type === 'PLAIN') return 0;
    return type === 'QUOTE_SINGLE' || type === 'QUOTE_DOUBLE' ? 1 : undefined;
  }

  /** The items of a list; none for any other value. */
  get items(): readonly YamlValue[] {
    this.#items ??= this.#createItems();
    return this.#items;
  }

  #createItems(): readonly YamlValue[] {
    if (!isSeq(this.#node)) return [];
    return this.#node.items.map((item) => this.#reader.createValue(asNode(item), this.#depth + 1, this.at));
  }

  /** The entries of a mapping, in file order; none for any other value. */
  get entries(): readonly YamlEntry[] {
    this.#entries ??= this.#createEntries();
    return this.#entries;
  }

  #createEntries(): readonly YamlEntry[] {
    if (!isMap(this.#node)) return [];
    return this.#node.items.map(({ key, value }) => {
      const keyValue = this.#reader.createValue(asNode(key), this.#depth + 1, this.at);
      return {
        key: keyValue.text,
        at: keyValue.at,
        value: this.#reader.createValue(asNode(value), this.#depth + 1, keyValue.at),
      };
    });
  }

  /** The value of a key; undefined if the mapping does not have it. */
  get(key: string): YamlValue | undefined {
    return this.entries.find((entry) => entry.key === key)?.value;
  }
}

export interface YamlEntry {
  readonly key: string;
  readonly at: RasaPosition;
  readonly value: YamlValue;
}

class FileReader {
  readonly #file: string;
  readonly #context: ParseContext;
  #values = 0;

  constructor(file: string, context: ParseContext) {
    this.#file = file;
    this.#context = context;
  }

  /** A key without a value has the position of its parent. */
  createValue(node: Node | undefined, depth: number, parent: RasaPosition): YamlValue {
    const offset = node?.range?.[0];
    const position = offset === undefined ? parent : this.#context.document.source.positionAt(offset);
    return new YamlValue(this, this.#context.resolveAlias(node), { ...position, file: this.#file }, depth);
  }

  /** Ends the reading of files whose aliases expand to too many values, or refer to themselves. */
  count(at: RasaPosition, depth: number): void {
    this.#values += 1;
    if (this.#values > maxValues) throw new UnusableFileError(at, `has more than ${maxValues} values; split the file`);
    if (depth > maxDepth) throw new UnusableFileError(at, `is nested more than ${maxDepth} levels deep`);
  }
}

/** The documents of a YAML file, and the syntax errors of those that cannot be parsed. */
export function readYaml(
  file: string,
  text: string,
): { readonly roots: readonly YamlValue[]; readonly problems: readonly FileProblem[] } {
  const { documents, problems } = parseDocuments(file, text);
  const roots = documents.flatMap((document) => {
    if (document.root === undefined) return [];
    return [
      new FileReader(file, new ParseContext(document)).createValue(document.root, 0, { file, line: 1, column: 1 }),
    ];
  });
  return { roots, problems };
}
