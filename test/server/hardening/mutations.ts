import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { SeededRandom } from '../../../tools/chaos/seeded-random';
import { nestedLists, nestedObjects } from '../../support/request-bytes';
import { everyNode, type WireNode, wireBytes, wireTree } from '../../support/wire-tree';
import { type EncodedRequest, type SampleRequest, sampleRequest, sampleTurnRequest } from './sample-requests';

/** One way to spoil a message. */
export interface Mutation {
  /** As docs/hardening.md names it. */
  readonly name: string;
  /** How many are sent. */
  readonly count: number;
  readonly createRequest: (random: SeededRandom) => EncodedRequest;
}

const longKeyBytes = 1_048_576;
const messageLimit = 4_194_304;

/** Every way to spoil a message. */
export const mutations: readonly Mutation[] = [
  {
    name: 'bits flipped',
    count: 2_080,
    createRequest: (random) => changed(sampleRequest(random), (bytes) => flip(bytes, random)),
  },
  { name: 'random bytes', count: 600, createRequest: (random) => changed(sampleRequest(random), () => noise(random)) },
  {
    name: 'cut off within the turn',
    count: 1_200,
    createRequest: (random) =>
      changed(sampleTurnRequest(random), (bytes) => bytes.subarray(0, 1 + random.below(bytes.length - 1))),
  },
  {
    name: 'a field of another wire type',
    count: 1_300,
    createRequest: (random) => within(random, hasFixedWireType, retype),
  },
  { name: 'a huge length', count: 1_000, createRequest: (random) => within(random, isDelimited, claim) },
  { name: 'text that is not UTF-8', count: 800, createRequest: (random) => within(random, isText, garble) },
  { name: 'an unknown enum number', count: 600, createRequest: (random) => within(random, isEnum, unknownNumber) },
  { name: 'NaN or an infinity', count: 600, createRequest: (random) => within(random, isFloat, notFinite) },
  {
    name: 'the key __proto__',
    count: 500,
    createRequest: (random) => within(random, isJsonEntry, (node) => rekey(node, '__proto__')),
  },
  {
    name: 'keys as constructor, toString or __defineGetter__',
    count: 400,
    createRequest: (random) => within(random, isJsonEntry, (node) => rekey(node, random.pick(inherited))),
  },
  {
    name: 'a key of 1 MB',
    count: 40,
    createRequest: (random) =>
      within(random, isJsonEntry, (node) => rekey(node, 'k'.repeat(longKeyBytes)), sampleTurnRequest),
  },
  {
    name: 'a JSON value of 33 to 5,000 levels',
    count: 300,
    createRequest: (random) => within(random, isJsonEntry, nest),
  },
  {
    name: 'a list with 20,000 elements and more',
    count: 40,
    createRequest: (random) => within(random, isBoundedList, multiply),
  },
  {
    name: 'a message in 2 to 1,000 parts',
    count: 100,
    createRequest: (random) => changed(sampleTurnRequest(random), (bytes) => inParts(bytes, random)),
  },
  {
    name: 'a message of more than 4 MiB',
    count: 10,
    createRequest: (random) =>
      changed(sampleTurnRequest(random), (bytes) => padded(bytes, messageLimit * (1 + random.below(5)))),
  },
];

const inherited = ['constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__', '__lookupSetter__'];

function changed(request: SampleRequest, change: (bytes: Uint8Array) => Uint8Array): EncodedRequest {
  return { ...request, bytes: change(request.bytes) };
}

/** Changes one node of a request, of those that may be changed so; all good requests have some. */
function within(
  random: SeededRandom,
  suits: (node: WireNode) => boolean,
  change: (node: WireNode, random: SeededRandom) => void,
  request = sampleRequest,
): EncodedRequest {
  for (;;) {
    const good = request(random);
    const tree = wireTree(good.bytes, good.schema);
    const suitable = everyNode(tree).filter(suits);
    if (suitable.length === 0) continue;
    change(random.pick(suitable), random);
    return { ...good, bytes: wireBytes(tree) };
  }
}

function flip(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (let flips = 1 + random.below(8); flips > 0; flips -= 1) {
    const at = random.below(copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
  }
  return copy;
}

function noise(random: SeededRandom): Uint8Array {
  return Uint8Array.from({ length: random.below(400) }, () => random.below(256));
}

const isDelimited = ({ wireType }: WireNode) => wireType === WireType.LengthDelimited;

/** Known, and no list of numbers, which may come packed or not. */
function hasFixedWireType({ field }: WireNode): boolean {
  return field !== undefined && !(field.fieldKind === 'list' && field.listKind !== 'message');
}

function retype(node: WireNode, random: SeededRandom): void {
  const others = [0, 1, 2, 3, 4, 5, 6, 7].filter((wireType) => wireType !== node.wireType);
  node.children = undefined;
  node.wireType = random.pick(others);
  node.content =
    { 0: Uint8Array.of(1), 1: new Uint8Array(8), 5: new Uint8Array(4) }[node.wireType] ?? new Uint8Array(0);
}

function claim(node: WireNode, random: SeededRandom): void {
  node.claimedLength = random.pick([2n ** 24n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 63n]);
}

function isText({ field, children, wireType }: WireNode): boolean {
  if (children !== undefined || wireType !== WireType.LengthDelimited || field === undefined) return false;
  return field.fieldKind === 'scalar' || (field.fieldKind === 'list' && field.name !== 'embedding');
}

const notUtf8 = [[0xc3, 0x28], [0xff], [0xed, 0xa0, 0x80], [0xc0, 0xaf], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]];

function garble(node: WireNode, random: SeededRandom): void {
  node.content = Uint8Array.from([0x61, ...random.pick(notUtf8)]);
}

const isEnum = ({ field }: WireNode) => field?.fieldKind === 'enum' && field.enum.name !== 'NullValue';

function unknownNumber(node: WireNode, random: SeededRandom): void {
  node.content = new BinaryWriter().int32(random.pick([99, -1, 2_147_483_647, -2_147_483_648])).finish();
}

function isFloat({ field }: WireNode): boolean {
  return (
    field !== undefined && (field.name === 'embedding' || (field.fieldKind === 'scalar' && field.scalar === doubleType))
  );
}

/** google.protobuf.FieldDescriptorProto.Type of a double. */
const doubleType = 1;

function notFinite(node: WireNode, random: SeededRandom): void {
  const value = random.pick([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  const writer = new BinaryWriter();
  node.content = (node.wireType === WireType.Bit64 ? writer.double(value) : writer.float(value)).finish();
}

/** An entry of a map of JSON values, or of a JSON object. */
function isJsonEntry({ field }: WireNode): boolean {
  return field?.fieldKind === 'map' && field.mapKind === 'message';
}

function rekey({ children = [] }: WireNode, key: string): void {
  for (const node of children) if (node.number === 1) node.content = Buffer.from(key);
}

/** Made once: it takes a while. */
const deepValues = [33, 34, 64, 100, 101, 1_000, 5_000].flatMap((levels) => [
  nestedLists(levels),
  nestedObjects(levels, 'k'),
]);

function nest({ children = [] }: WireNode, random: SeededRandom): void {
  for (const node of children) {
    if (node.number !== 2) continue;
    node.children = undefined;
    node.content = random.pick(deepValues);
  }
}

/** A list of messages that the contract bounds. */
function isBoundedList({ field, children }: WireNode): boolean {
  return field?.fieldKind === 'list' && children !== undefined && !field.parent.typeName.startsWith('google.');
}

function multiply(node: WireNode, random: SeededRandom): void {
  const one = wireBytes([{ ...node, children: undefined, content: new Uint8Array(0) }]);
  node.trailing = Buffer.alloc(one.length * (20_000 + random.below(200_000)), one);
}

/** The turn again and again: the format allows it, and merges them. */
function inParts(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  return Buffer.concat(Array.from({ length: 2 + random.below(999) }, () => bytes));
}

function padded(bytes: Uint8Array, size: number): Uint8Array {
  const unknown = new BinaryWriter().tag(999, WireType.LengthDelimited).bytes(new Uint8Array(size)).finish();
  return Buffer.concat([bytes, unknown]);
}
