import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { SeededRandom } from '../../../tools/chaos/seeded-random';
import { encodeNestedLists, encodeNestedObjects } from '../../support/request-bytes';
import { encodeWireTree, flattenTree, parseWireTree, type WireNode } from '../../support/wire-tree';
import { createSampleRequest, createSampleTurn, type EncodedRequest, type SampleRequest } from './sample-requests';

/** One way to make a message invalid. */
export interface Mutation {
  /** The name in docs/hardening.md. */
  readonly name: string;
  /** Number of requests to send. */
  readonly count: number;
  readonly createRequest: (random: SeededRandom) => EncodedRequest;
}

const longKeyBytes = 1_048_576;
const messageLimit = 4_194_304;

export const mutations: readonly Mutation[] = [
  {
    name: 'flipped bits',
    count: 2_080,
    createRequest: (random) => changeBytes(createSampleRequest(random), (bytes) => flipBits(bytes, random)),
  },
  {
    name: 'random bytes',
    count: 600,
    createRequest: (random) => changeBytes(createSampleRequest(random), () => createRandomBytes(random)),
  },
  {
    name: 'truncated inside the turn',
    count: 1_200,
    createRequest: (random) =>
      changeBytes(createSampleTurn(random), (bytes) => bytes.subarray(0, 1 + random.nextInt(bytes.length - 1))),
  },
  {
    name: 'a field of another wire type',
    count: 1_300,
    createRequest: (random) => changeNode(random, hasFixedWireType, setWireType),
  },
  { name: 'a huge length', count: 1_000, createRequest: (random) => changeNode(random, isDelimited, setHugeLength) },
  { name: 'text that is not UTF-8', count: 800, createRequest: (random) => changeNode(random, isText, setInvalidUtf8) },
  {
    name: 'an unknown enum number',
    count: 600,
    createRequest: (random) => changeNode(random, isEnum, setUnknownNumber),
  },
  { name: 'NaN or an infinity', count: 600, createRequest: (random) => changeNode(random, isFloat, setNonFinite) },
  {
    name: 'the key __proto__',
    count: 500,
    createRequest: (random) => changeNode(random, isJsonEntry, (node) => setKey(node, '__proto__')),
  },
  {
    name: 'keys such as constructor, toString and __defineGetter__',
    count: 400,
    createRequest: (random) => changeNode(random, isJsonEntry, (node) => setKey(node, random.pick(inheritedKeys))),
  },
  {
    name: 'a key of 1 MB',
    count: 40,
    createRequest: (random) =>
      changeNode(random, isJsonEntry, (node) => setKey(node, 'k'.repeat(longKeyBytes)), createSampleTurn),
  },
  {
    name: 'a JSON value of 33 to 5,000 levels',
    count: 300,
    createRequest: (random) => changeNode(random, isJsonEntry, setDeepValue),
  },
  {
    name: 'a list with 20,000 or more elements',
    count: 40,
    createRequest: (random) => changeNode(random, isBoundedList, repeatElement),
  },
  {
    name: 'a message in 2 to 1,000 parts',
    count: 100,
    createRequest: (random) => changeBytes(createSampleTurn(random), (bytes) => repeatTurn(bytes, random)),
  },
  {
    name: 'a message of more than 4 MiB',
    count: 10,
    createRequest: (random) =>
      changeBytes(createSampleTurn(random), (bytes) => pad(bytes, messageLimit * (1 + random.nextInt(5)))),
  },
];

const inheritedKeys = ['constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__', '__lookupSetter__'];

function changeBytes(request: SampleRequest, change: (bytes: Uint8Array) => Uint8Array): EncodedRequest {
  return { ...request, bytes: change(request.bytes) };
}

/** Changes one random node of a request that `isSuitable` accepts. */
function changeNode(
  random: SeededRandom,
  isSuitable: (node: WireNode) => boolean,
  change: (node: WireNode, random: SeededRandom) => void,
  request = createSampleRequest,
): EncodedRequest {
  for (;;) {
    const sample = request(random);
    const tree = parseWireTree(sample.bytes, sample.schema);
    const candidates = flattenTree(tree).filter(isSuitable);
    if (candidates.length === 0) continue;
    change(random.pick(candidates), random);
    return { ...sample, bytes: encodeWireTree(tree) };
  }
}

function flipBits(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (let flips = 1 + random.nextInt(8); flips > 0; flips -= 1) {
    const at = random.nextInt(copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << random.nextInt(8));
  }
  return copy;
}

function createRandomBytes(random: SeededRandom): Uint8Array {
  return Uint8Array.from({ length: random.nextInt(400) }, () => random.nextInt(256));
}

const isDelimited = ({ wireType }: WireNode) => wireType === WireType.LengthDelimited;

/** Whether a node is a known field with one valid wire type. A list of numbers has two valid wire types. */
function hasFixedWireType({ field }: WireNode): boolean {
  return field !== undefined && !(field.fieldKind === 'list' && field.listKind !== 'message');
}

function setWireType(node: WireNode, random: SeededRandom): void {
  const others = [0, 1, 2, 3, 4, 5, 6, 7].filter((wireType) => wireType !== node.wireType);
  node.children = undefined;
  node.wireType = random.pick(others);
  node.content =
    { 0: Uint8Array.of(1), 1: new Uint8Array(8), 5: new Uint8Array(4) }[node.wireType] ?? new Uint8Array(0);
}

function setHugeLength(node: WireNode, random: SeededRandom): void {
  node.claimedLength = random.pick([2n ** 24n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 63n]);
}

function isText({ field, children, wireType }: WireNode): boolean {
  if (children !== undefined || wireType !== WireType.LengthDelimited || field === undefined) return false;
  return field.fieldKind === 'scalar' || (field.fieldKind === 'list' && field.name !== 'embedding');
}

const invalidUtf8 = [[0xc3, 0x28], [0xff], [0xed, 0xa0, 0x80], [0xc0, 0xaf], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]];

function setInvalidUtf8(node: WireNode, random: SeededRandom): void {
  node.content = Uint8Array.from([0x61, ...random.pick(invalidUtf8)]);
}

const isEnum = ({ field }: WireNode) => field?.fieldKind === 'enum' && field.enum.name !== 'NullValue';

function setUnknownNumber(node: WireNode, random: SeededRandom): void {
  node.content = new BinaryWriter().int32(random.pick([99, -1, 2_147_483_647, -2_147_483_648])).finish();
}

function isFloat({ field }: WireNode): boolean {
  return (
    field !== undefined && (field.name === 'embedding' || (field.fieldKind === 'scalar' && field.scalar === doubleType))
  );
}

/** The value of google.protobuf.FieldDescriptorProto.Type for a double. */
const doubleType = 1;

function setNonFinite(node: WireNode, random: SeededRandom): void {
  const value = random.pick([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  const writer = new BinaryWriter();
  node.content = (node.wireType === WireType.Bit64 ? writer.double(value) : writer.float(value)).finish();
}

/** Whether a node is an entry of a map of JSON values or of a JSON object. */
function isJsonEntry({ field }: WireNode): boolean {
  return field?.fieldKind === 'map' && field.mapKind === 'message';
}

function setKey({ children = [] }: WireNode, key: string): void {
  for (const node of children) if (node.number === 1) node.content = Buffer.from(key);
}

/** Encoded values by nesting depth. Created once, because encoding them is slow. */
const deepValues = [33, 34, 64, 100, 101, 1_000, 5_000].flatMap((levels) => [
  encodeNestedLists(levels),
  encodeNestedObjects(levels, 'k'),
]);

function setDeepValue({ children = [] }: WireNode, random: SeededRandom): void {
  for (const node of children) {
    if (node.number !== 2) continue;
    node.children = undefined;
    node.content = random.pick(deepValues);
  }
}

/** Whether a node is a list of messages with a limit in the contract. */
function isBoundedList({ field, children }: WireNode): boolean {
  return field?.fieldKind === 'list' && children !== undefined && !field.parent.typeName.startsWith('google.');
}

function repeatElement(node: WireNode, random: SeededRandom): void {
  const one = encodeWireTree([{ ...node, children: undefined, content: new Uint8Array(0) }]);
  node.trailing = Buffer.alloc(one.length * (20_000 + random.nextInt(200_000)), one);
}

/** Repeats the turn of a request. protobuf merges repeated singular messages. */
function repeatTurn(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  return Buffer.concat(Array.from({ length: 2 + random.nextInt(999) }, () => bytes));
}

function pad(bytes: Uint8Array, size: number): Uint8Array {
  const unknown = new BinaryWriter().tag(999, WireType.LengthDelimited).bytes(new Uint8Array(size)).finish();
  return Buffer.concat([bytes, unknown]);
}
