import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** A field on the wire, taken apart as far as its schema tells what it holds. */
export interface WireNode {
  readonly number: number;
  wireType: number;
  /** The field of the schema; undefined where the schema has none. */
  readonly field: DescField | undefined;
  /** What a nested message holds; undefined for everything else. */
  children: WireNode[] | undefined;
  /** The bytes behind the tag, or behind the length, where there are no children. */
  content: Uint8Array;
  /** Written instead of the true length. */
  claimedLength?: bigint;
  /** Bytes that come behind it, within what holds it. */
  trailing?: Uint8Array;
}

/** Takes a message apart. */
export function parseWireTree(bytes: Uint8Array, schema: DescMessage): WireNode[] {
  const reader = new BinaryReader(bytes);
  const nodes: WireNode[] = [];
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const field = schema.fields.find((candidate) => candidate.number === number);
    const begin = reader.pos;
    if (wireType !== WireType.LengthDelimited) {
      reader.skip(wireType, number);
      nodes.push({ number, wireType, field, children: undefined, content: bytes.subarray(begin, reader.pos) });
      continue;
    }
    const content = reader.bytes();
    nodes.push({ number, wireType, field, children: childrenOf(content, field), content });
  }
  return nodes;
}

/** Puts a message together again. */
export function encodeWireTree(nodes: readonly WireNode[]): Buffer {
  return Buffer.concat(
    nodes.flatMap((node) => {
      const content = node.children === undefined ? node.content : encodeWireTree(node.children);
      const writer = new BinaryWriter().uint32((node.number * 8 + node.wireType) >>> 0);
      if (node.wireType === WireType.LengthDelimited) writer.uint64(node.claimedLength ?? BigInt(content.length));
      return [writer.finish(), content, node.trailing ?? new Uint8Array(0)];
    }),
  );
}

/** Every node of a tree, each before its children. */
export function flattenTree(nodes: readonly WireNode[]): WireNode[] {
  return nodes.flatMap((node) => [node, ...flattenTree(node.children ?? [])]);
}

/** A node's children as lists of nodes: the fields of a message; key and value of a map's entry. */
function childrenOf(content: Uint8Array, field: DescField | undefined): WireNode[] | undefined {
  switch (field?.fieldKind) {
    case 'message':
      return parseWireTree(content, field.message);
    case 'list':
      return field.listKind === 'message' ? parseWireTree(content, field.message) : undefined;
    case 'map':
      return entryNodes(content, field.mapKind === 'message' ? field.message : undefined);
    default:
      return undefined;
  }
}

/** An entry of a map is a message without a schema of its own: the key is field 1, the value field 2. */
function entryNodes(content: Uint8Array, value: DescMessage | undefined): WireNode[] {
  const reader = new BinaryReader(content);
  const nodes: WireNode[] = [];
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const begin = reader.pos;
    const delimited = wireType === WireType.LengthDelimited;
    if (!delimited) reader.skip(wireType, number);
    const bytes = delimited ? reader.bytes() : content.subarray(begin, reader.pos);
    const children = delimited && number === 2 && value !== undefined ? parseWireTree(bytes, value) : undefined;
    nodes.push({ number, wireType, field: undefined, children, content: bytes });
  }
  return nodes;
}
