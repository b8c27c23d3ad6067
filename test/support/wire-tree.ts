import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** An encoded field, parsed as far as its schema is known. */
export interface WireNode {
  readonly number: number;
  wireType: number;
  /** The field of the schema; undefined for an unknown field. */
  readonly field: DescField | undefined;
  /** The fields of a nested message; undefined for all other fields. */
  children: WireNode[] | undefined;
  /** The bytes after the tag or the length. Used without children. */
  content: Uint8Array;
  /** Written instead of the actual length. */
  claimedLength?: bigint;
  /** Bytes after the field, in the same message. */
  trailing?: Uint8Array;
}

/** Parses an encoded message. */
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
    nodes.push({ number, wireType, field, children: parseChildren(content, field), content });
  }
  return nodes;
}

/** Encodes a tree as a message. */
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

/** Returns all nodes of a tree; a node precedes its children. */
export function flattenTree(nodes: readonly WireNode[]): WireNode[] {
  return nodes.flatMap((node) => [node, ...flattenTree(node.children ?? [])]);
}

/** Parses the children of a node: the fields of a message, or the key and value of a map entry. */
function parseChildren(content: Uint8Array, field: DescField | undefined): WireNode[] | undefined {
  switch (field?.fieldKind) {
    case 'message':
      return parseWireTree(content, field.message);
    case 'list':
      return field.listKind === 'message' ? parseWireTree(content, field.message) : undefined;
    case 'map':
      return parseEntryNodes(content, field.mapKind === 'message' ? field.message : undefined);
    default:
      return undefined;
  }
}

/** Map entries have no schema in the registry: the key is field 1, the value field 2. */
function parseEntryNodes(content: Uint8Array, value: DescMessage | undefined): WireNode[] {
  const reader = new BinaryReader(content);
  const nodes: WireNode[] = [];
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const begin = reader.pos;
    const isDelimited = wireType === WireType.LengthDelimited;
    if (!isDelimited) reader.skip(wireType, number);
    const bytes = isDelimited ? reader.bytes() : content.subarray(begin, reader.pos);
    const children = isDelimited && number === 2 && value !== undefined ? parseWireTree(bytes, value) : undefined;
    nodes.push({ number, wireType, field: undefined, children, content: bytes });
  }
  return nodes;
}
