const SINGLE = -1;
const KEYED = -2;
const LONGEST_KEY = 100;

const text = new TextDecoder();

/**
 * Where a walk over a message's bytes stands. Nothing is put into words before somebody asks, so that a message without
 * problems pays for a few numbers only.
 */
export class FieldPath {
  private readonly bytes: Uint8Array;
  private readonly names: string[] = [];
  private readonly places: number[] = [];
  private readonly keyStarts: number[] = [];
  private readonly keyEnds: number[] = [];

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get depth(): number {
    return this.names.length;
  }

  /** Enters a single field. A field without a name leaves no trace in the path. */
  enter(name: string): void {
    this.push(name, SINGLE);
  }

  /** Enters an element of a repeated field. */
  enterElement(name: string, index: number): void {
    this.push(name, index);
  }

  /** Enters an entry of a map; its key is told when it is known. */
  enterEntry(name: string): void {
    this.push(name, KEYED);
  }

  /** Tells the key of the entry that the path stands in, by its place in the bytes. */
  setKey(start: number, end: number): void {
    this.keyStarts[this.keyStarts.length - 1] = start;
    this.keyEnds[this.keyEnds.length - 1] = end;
  }

  leave(): void {
    this.names.pop();
    this.places.pop();
    this.keyStarts.pop();
    this.keyEnds.pop();
  }

  /** The path in the contract's names, for example `turn.customer_data["address"]["lines"][2]`, down to `depth` fields. */
  toText(depth: number = this.names.length): string {
    let path = '';
    for (let at = 0; at < depth; at++) {
      const name = this.names[at] ?? '';
      if (name !== '') path += path === '' ? name : `.${name}`;
      const place = this.places[at] ?? SINGLE;
      if (place >= 0) path += `[${place}]`;
      if (place === KEYED) path += `[${this.keyText(at)}]`;
    }
    return path;
  }

  private push(name: string, place: number): void {
    this.names.push(name);
    this.places.push(place);
    this.keyStarts.push(0);
    this.keyEnds.push(0);
  }

  private keyText(at: number): string {
    const key = text.decode(this.bytes.subarray(this.keyStarts[at] ?? 0, this.keyEnds[at] ?? 0));
    return JSON.stringify(key.length > LONGEST_KEY ? `${key.slice(0, LONGEST_KEY)}...` : key);
  }
}
