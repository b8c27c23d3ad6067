/** Markers in `indexes` for a singular field and for a map entry. */
const single = -1;
const keyed = -2;
const maxKeyLength = 100;

const utf8 = new TextDecoder();

/**
 * The position of a walk in a message, as a stack of fields. Text is created only on demand, so that a message without
 * violations costs a few array operations per field.
 */
export class FieldPath {
  private readonly bytes: Uint8Array;
  private readonly names: string[] = [];
  /** Per field: the index in a repeated field, or one of `single` and `keyed`. */
  private readonly indexes: number[] = [];
  private readonly keyStarts: number[] = [];
  private readonly keyEnds: number[] = [];

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get depth(): number {
    return this.names.length;
  }

  /** Enters a singular field. A field with an empty name is left out of the text. */
  enter(name: string): void {
    this.push(name, single);
  }

  /** Enters an element of a repeated field. */
  enterElement(name: string, index: number): void {
    this.push(name, index);
  }

  /** Enters an entry of a map. `setKey` sets its key when the key is read. */
  enterEntry(name: string): void {
    this.push(name, keyed);
  }

  /** Sets the key of the current map entry, as a range of the bytes. */
  setKey(start: number, end: number): void {
    this.keyStarts[this.keyStarts.length - 1] = start;
    this.keyEnds[this.keyEnds.length - 1] = end;
  }

  leave(): void {
    this.names.pop();
    this.indexes.pop();
    this.keyStarts.pop();
    this.keyEnds.pop();
  }

  /** Formats the first `depth` fields with their names in the contract, for example `turn.customer_data["address"]["lines"][2]`. */
  toText(depth: number = this.names.length): string {
    let path = '';
    for (let level = 0; level < depth; level++) {
      const name = this.names[level] ?? '';
      if (name !== '') path += path === '' ? name : `.${name}`;
      const index = this.indexes[level] ?? single;
      if (index >= 0) path += `[${index}]`;
      if (index === keyed) path += `[${this.formatKey(level)}]`;
    }
    return path;
  }

  private push(name: string, index: number): void {
    this.names.push(name);
    this.indexes.push(index);
    this.keyStarts.push(0);
    this.keyEnds.push(0);
  }

  private formatKey(level: number): string {
    const key = utf8.decode(this.bytes.subarray(this.keyStarts[level] ?? 0, this.keyEnds[level] ?? 0));
    return JSON.stringify(key.length > maxKeyLength ? `${key.slice(0, maxKeyLength)}...` : key);
  }
}
