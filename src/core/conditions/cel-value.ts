import { type CelInput, type CelList, type CelMap, type CelUint, celList, celMap } from '@bufbuild/cel';
import { type Fields, isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../model/json';

/**
 * JSON as CEL sees it. The library would look at `value.constructor` and copy whole objects; here a map is a view that converts
 * the key that is read, so that fifty fields cost what the one that is read costs.
 */
export function toCelValue(value: JsonValue): CelInput {
  if (isJsonArray(value)) return listOf(value);
  return isJsonObject(value) ? celMap(new ObjectView(value)) : value;
}

/** Known fields as a CEL map. A null is no known value and its key is not there (0.4). */
export function toCelMap(fields: Fields): CelMap {
  return celMap(new FieldsView(fields));
}

/** Lists that hold lists or maps, converted; JSON values do not change. */
const converted = new WeakMap<object, CelList>();

function listOf(items: readonly JsonValue[]): CelList {
  if (items.every(isScalar)) return celList(items);
  const known = converted.get(items);
  if (known !== undefined) return known;
  const list = celList(items.map(toCelValue));
  converted.set(items, list);
  return list;
}

function isScalar(value: JsonValue): value is null | boolean | number | string {
  return typeof value !== 'object' || value === null;
}

type MapKey = bigint | string | boolean | CelUint;

/** A map over JSON that converts what is read. Going through all of it converts all of it, once. */
abstract class JsonView implements ReadonlyMap<MapKey, CelInput> {
  private all: ReadonlyMap<MapKey, CelInput> | undefined;

  /** The value of a key of its own. */
  protected abstract read(key: string): JsonValue | undefined;
  protected abstract keyList(): readonly string[];

  /** The library asks for any key that CEL has; only strings are keys of JSON, and no number may be taken for one. */
  get(key: MapKey): CelInput | undefined {
    const value = typeof key === 'string' ? this.read(key) : undefined;
    return value === undefined ? undefined : toCelValue(value);
  }

  has(key: MapKey): boolean {
    return this.get(key) !== undefined;
  }

  get size(): number {
    return this.keyList().length;
  }

  keys(): MapIterator<MapKey> {
    return this.whole().keys();
  }

  values(): MapIterator<CelInput> {
    return this.whole().values();
  }

  entries(): MapIterator<[MapKey, CelInput]> {
    return this.whole().entries();
  }

  [Symbol.iterator](): MapIterator<[MapKey, CelInput]> {
    return this.entries();
  }

  forEach(callback: (value: CelInput, key: MapKey, map: ReadonlyMap<MapKey, CelInput>) => void): void {
    this.whole().forEach(callback);
  }

  private whole(): ReadonlyMap<MapKey, CelInput> {
    this.all ??= new Map(this.keyList().map((key) => [key, this.get(key) ?? null]));
    return this.all;
  }
}

class ObjectView extends JsonView {
  constructor(private readonly object: JsonObject) {
    super();
  }

  protected override read(key: string): JsonValue | undefined {
    return Object.hasOwn(this.object, key) ? this.object[key] : undefined;
  }

  protected override keyList(): readonly string[] {
    return Object.keys(this.object);
  }
}

class FieldsView extends JsonView {
  constructor(private readonly fields: Fields) {
    super();
  }

  protected override read(key: string): JsonValue | undefined {
    return this.fields.get(key) ?? undefined;
  }

  protected override keyList(): readonly string[] {
    return [...this.fields.keys()].filter((key) => this.read(key) !== undefined);
  }
}
