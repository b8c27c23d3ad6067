import { type CelInput, type CelList, type CelMap, type CelUint, celList, celMap } from '@bufbuild/cel';
import { type Fields, isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../model/json';

/**
 * Converts JSON to CEL. The library's own conversion inspects `value.constructor` and copies whole objects. Here a map is a view that
 * converts the value of a key when the key is read, so the cost depends on the keys read and not on the size of the object.
 */
export function toCelValue(value: JsonValue): CelInput {
  if (isJsonArray(value)) return toCelList(value);
  return isJsonObject(value) ? celMap(new ObjectView(value)) : value;
}

/** Converts known fields to a CEL map. A field whose value is null is not known, so its key is absent (0.4). */
export function toCelMap(fields: Fields): CelMap {
  return celMap(new FieldsView(fields));
}

/** Caches the conversions of lists that contain lists or maps. JSON values are immutable, so a conversion stays valid. */
const convertedLists = new WeakMap<object, CelList>();

function toCelList(items: readonly JsonValue[]): CelList {
  if (items.every(isScalar)) return celList(items);
  const converted = convertedLists.get(items);
  if (converted !== undefined) return converted;
  const list = celList(items.map(toCelValue));
  convertedLists.set(items, list);
  return list;
}

function isScalar(value: JsonValue): value is null | boolean | number | string {
  return typeof value !== 'object' || value === null;
}

type MapKey = bigint | string | boolean | CelUint;

/** A map over JSON that converts values when they are read. Iterating converts every value, once. */
abstract class JsonView implements ReadonlyMap<MapKey, CelInput> {
  private convertedEntries: ReadonlyMap<MapKey, CelInput> | undefined;

  /** Returns the value of an own key; undefined if the key is absent. */
  protected abstract read(key: string): JsonValue | undefined;
  protected abstract listKeys(): readonly string[];

  /** The library passes keys of any CEL type. Only strings are keys of JSON; a number must not match its string form. */
  get(key: MapKey): CelInput | undefined {
    const value = typeof key === 'string' ? this.read(key) : undefined;
    return value === undefined ? undefined : toCelValue(value);
  }

  has(key: MapKey): boolean {
    return this.get(key) !== undefined;
  }

  get size(): number {
    return this.listKeys().length;
  }

  keys(): MapIterator<MapKey> {
    return this.convertAll().keys();
  }

  values(): MapIterator<CelInput> {
    return this.convertAll().values();
  }

  entries(): MapIterator<[MapKey, CelInput]> {
    return this.convertAll().entries();
  }

  [Symbol.iterator](): MapIterator<[MapKey, CelInput]> {
    return this.entries();
  }

  forEach(callback: (value: CelInput, key: MapKey, map: ReadonlyMap<MapKey, CelInput>) => void): void {
    this.convertAll().forEach(callback);
  }

  private convertAll(): ReadonlyMap<MapKey, CelInput> {
    this.convertedEntries ??= new Map(this.listKeys().map((key) => [key, this.get(key) ?? null]));
    return this.convertedEntries;
  }
}

class ObjectView extends JsonView {
  constructor(private readonly object: JsonObject) {
    super();
  }

  protected override read(key: string): JsonValue | undefined {
    return Object.hasOwn(this.object, key) ? this.object[key] : undefined;
  }

  protected override listKeys(): readonly string[] {
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

  protected override listKeys(): readonly string[] {
    return [...this.fields.keys()].filter((key) => this.read(key) !== undefined);
  }
}
