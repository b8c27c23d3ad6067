import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { loadContract } from '../../../src/server/grpc/validation/contract';
import { MessagePlanner } from '../../../src/server/grpc/validation/message-plan';
import { findWireViolations } from '../../../src/server/grpc/validation/wire-validation';
import { delimited, text } from '../../support/request-bytes';

// A new field for an id of the contract must be a UUID by its annotation, so that both spellings are the same id, or be listed here.

/** The ids that authors and callers choose freely. They are compared exactly. */
const chosenIds = [
  'current_step_id',
  'customer_id',
  'entry_step_id',
  'last_step_id',
  'lead_in_template_ids',
  'step_id',
  'target_step_id',
  'template_ids',
  'tool_id',
  'tool_ids',
  'transition_id',
];

/** The ids of a session that the service derives and does not read from a request. */
const derivedIds = ['Session.focus_instance_id', 'Session.active_scenario_id'];

const id = 'ABCDEF01-2345-4789-ABCD-EF0123456789';
const contract = loadContract();
const planner = new MessagePlanner();
const limits = { maxJsonDepth: 4, maxJsonValues: 50, maxParts: 1_000 };

const requests = [...contract.registry].flatMap((type) =>
  type.kind === 'service' && type.typeName.startsWith('focal.') ? type.methods.map(({ input }) => input) : [],
);

/** The fields from a request to a text. */
type Path = readonly DescField[];

/** Lists the paths to the texts of a message and of the messages in it. A message that contains itself is entered once. */
function listTexts(type: DescMessage, path: Path = []): readonly Path[] {
  if (path.some(({ parent }) => parent === type) || type.typeName.startsWith('google.')) return [];
  return type.fields.flatMap((field) => {
    const inner = [...path, field];
    if (field.fieldKind === 'map') return field.mapKey === ScalarType.STRING ? [inner] : [];
    if (field.message !== undefined) return listTexts(field.message, inner);
    return 'scalar' in field && field.scalar === ScalarType.STRING ? [inner] : [];
  });
}

/** Encodes a request that has only the id at a path. A map has the id as a key and, if its values are texts, as a value. */
function encodeId([field, ...rest]: Path): Uint8Array {
  if (field === undefined) return Buffer.from(id);
  if (field.fieldKind !== 'map') return delimited(field.number, encodeId(rest));
  const isText = field.mapKind === 'scalar' && field.scalar === ScalarType.STRING;
  return delimited(field.number, text(1, id), isText ? text(2, id) : Buffer.alloc(0));
}

const paths = requests.flatMap((type) => listTexts(type).map((path) => ({ type, path })));
const getName = (path: Path): string => path.at(-1)?.name ?? '';
const isIdName = (name: string): boolean => /(^|_)ids?$/.test(name);

function isRead(type: DescMessage, path: Path): boolean {
  const { normalizedBytes } = findWireViolations(planner.getPlan(type), encodeId(path), limits);
  return !Buffer.from(normalizedBytes).includes(id);
}

test('every field of a request that is named as an id is read in lower case, or is listed as an id that callers choose', () => {
  const others = paths
    .filter(({ type, path }) => isIdName(getName(path)) && !isRead(type, path))
    .filter(({ path }) => !derivedIds.includes(`${path.at(-1)?.parent.name}.${getName(path)}`));
  expect([...new Set(others.map(({ path }) => getName(path)))].sort()).toEqual(chosenIds);
});

test('only fields that are named as ids are read in lower case', () => {
  const read = paths.filter(({ type, path }) => !isIdName(getName(path)) && isRead(type, path));
  expect(read.map(({ path }) => path.map(({ name }) => name).join('.'))).toEqual([]);
});
