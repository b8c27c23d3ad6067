import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { getRequestSchema, loadContract } from '../../../../src/server/grpc/validation/contract';
import { MessagePlanner } from '../../../../src/server/grpc/validation/message-plan';
import { MalformedMessageError } from '../../../../src/server/grpc/validation/wire-reader';
import { findWireViolations, validateFast } from '../../../../src/server/grpc/validation/wire-validation';
import {
  delimited,
  double,
  encodeNestedLists,
  entry,
  int32,
  text,
  turnRequestWith,
} from '../../../support/request-bytes';
import { createMessage, type FieldDraft } from './annotated-message';

const limits = { maxJsonDepth: 4, maxJsonValues: 50, maxParts: 1_000 };

const schema = getRequestSchema(loadContract(), '/focal.orchestration.v1.OrchestratorService/ProcessTurn');
const plan = new MessagePlanner(new Map([['focal.orchestration.v1.Turn.candidates', 3]])).getPlan(schema);

describe('annotations that fast validation does not implement', () => {
  const pattern: FieldDraft['rules'] = { type: { case: 'string', value: { pattern: 'x' } } };
  const required: FieldDraft['rules'] = { required: true };
  const passes = (drafts: readonly FieldDraft[], bytes: Uint8Array) =>
    validateFast(new MessagePlanner().getPlan(createMessage(drafts)), bytes, limits) !== undefined;

  test('stop the walk at a field that is set', () => {
    const drafts: readonly FieldDraft[] = [{ type: 'STRING', isOptional: true, rules: pattern }, { type: 'STRING' }];
    expect(passes(drafts, text(2, 'a'))).toBe(true);
    expect(passes(drafts, Buffer.concat([text(2, 'a'), text(1, 'x')]))).toBe(false);
  });

  test('stop the walk at a message that is set', () => {
    const rules = { type: { case: 'timestamp', value: { lessThan: { case: 'ltNow', value: true } } } } as const;
    expect(passes([{ type: 'MESSAGE', rules }], Buffer.alloc(0))).toBe(true);
    expect(passes([{ type: 'MESSAGE', rules }], delimited(1))).toBe(false);
  });

  test('stop the walk if a list has too few elements', () => {
    const rules = { type: { case: 'repeated', value: { minItems: 2n } } } as const;
    const drafts: readonly FieldDraft[] = [{ type: 'BOOL', isRepeated: true, rules }];
    expect(passes(drafts, Buffer.alloc(0))).toBe(false);
    expect(passes(drafts, int32(1, 1))).toBe(false);
    expect(passes(drafts, Buffer.concat([int32(1, 1), int32(1, 1)]))).toBe(true);
    expect(passes(drafts, delimited(1, Buffer.from([1, 0])))).toBe(true);
  });

  describe('stop the walk at a list that must have different elements', () => {
    const rules = { type: { case: 'repeated', value: { unique: true } } } as const;
    const texts: readonly FieldDraft[] = [{ type: 'STRING', isRepeated: true, rules }];
    const numbers: readonly FieldDraft[] = [{ type: 'INT32', isRepeated: true, rules }];
    const list = (...names: readonly string[]) => Buffer.concat(names.map((name) => text(1, name)));

    test.each([
      ['two equal texts', false, texts, list('a', 'b', 'a')],
      ['different texts', true, texts, list('a', 'b', 'ab')],
      ['many texts, two of them equal', false, texts, list('a', 'b', 'c', 'd', 'e', 'f', 'g', 'a')],
      ['many different texts', true, texts, list('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h')],
      [
        'equal texts whose lengths are written differently',
        false,
        texts,
        Buffer.concat([list('a'), Buffer.from([10, 0x81, 0, 97])]),
      ],
      ['two equal numbers', false, numbers, Buffer.concat([int32(1, 7), int32(1, 7)])],
      [
        'different numbers, one of them packed',
        true,
        numbers,
        Buffer.concat([int32(1, 7), delimited(1, Buffer.from([8]))]),
      ],
      ['equal packed numbers', false, numbers, delimited(1, Buffer.from([7, 8, 7]))],
      [
        'numbers of several bytes, which full validation compares',
        false,
        numbers,
        delimited(1, Buffer.from([0x87, 0])),
      ],
    ])('%s', (_name, expected, drafts, bytes) => {
      expect(passes(drafts, bytes)).toBe(expected);
    });
  });

  test('do not apply to a required field that is present', () => {
    expect(passes([{ type: 'MESSAGE', rules: required }], Buffer.alloc(0))).toBe(false);
    expect(passes([{ type: 'MESSAGE', rules: required }], delimited(1))).toBe(true);
  });
});

describe('a timestamp in fast validation', () => {
  const rules = {
    type: {
      case: 'timestamp',
      value: {
        greaterThan: { case: 'gte', value: { seconds: 10n } },
        lessThan: { case: 'lte', value: { seconds: 1_000_000_000_000n, nanos: 5 } },
      },
    },
  } as const;
  const timestampPlan = new MessagePlanner().getPlan(createMessage([{ type: 'MESSAGE', rules }]));
  const passes = (...fields: readonly Uint8Array[]) =>
    validateFast(timestampPlan, delimited(1, ...fields), limits) !== undefined;
  const seconds = (value: bigint) => new BinaryWriter().tag(1, WireType.Varint).int64(value).finish();

  test.each([
    [9n, false],
    [10n, true],
    [999_999_999_999n, true],
    // Full validation also compares the nanoseconds of the maximum.
    [1_000_000_000_000n, false],
    [2n ** 48n, false],
    [2n ** 49n, false],
    [2n ** 62n, false],
    [-1n, false],
  ])('passes with %d seconds: %s', (value, expected) => {
    expect(passes(seconds(value))).toBe(expected);
  });

  test.each([
    [0, true],
    [999_999_999, true],
    [1_000_000_000, false],
    [-1, false],
  ])('passes with %d nanoseconds: %s', (nanos, expected) => {
    expect(passes(seconds(20n), int32(2, nanos))).toBe(expected);
    expect(passes(int32(2, nanos), seconds(20n))).toBe(expected);
  });

  test('does not pass with an unknown field, without seconds or with a truncated number', () => {
    expect(passes(seconds(20n), int32(3, 1))).toBe(false);
    expect(passes()).toBe(false);
    expect(passes(seconds(20n).subarray(0, 1))).toBe(false);
    expect(passes(Buffer.from([0x08, 0x94]))).toBe(false);
  });
});

describe('full validation of the bytes', () => {
  const find = (...fields: readonly Uint8Array[]) => findWireViolations(plan, turnRequestWith(...fields), limits);
  const number = (value: number) => double(2, value);

  test('describes each violation', () => {
    const { violations } = find(
      entry(10, 'empty'),
      entry(10, '__proto__', number(1)),
      entry(10, 'infinite', number(Infinity)),
      entry(10, 'deep', encodeNestedLists(5)),
    );
    expect(violations).toEqual([
      { field: 'turn.customer_data["empty"]', description: 'must contain a JSON value; set null_value for null' },
      { field: 'turn.customer_data["__proto__"]', description: 'the key __proto__ is not allowed' },
      {
        field: 'turn.customer_data["infinite"]',
        description: 'must be a finite number, not NaN or an infinity',
      },
      {
        field: 'turn.customer_data["deep"]',
        description: 'must not nest objects and lists more than 4 levels deep',
      },
    ]);
  });

  test('reports too many elements once, and continues', () => {
    const findings = find(...Array.from({ length: 9 }, () => delimited(8)), entry(10, 'empty'));
    expect(findings.exceedsLimits).toBe(true);
    expect(findings.violations).toEqual([
      { field: 'turn.candidates', description: 'must contain no more than 3 item(s)' },
      expect.objectContaining({ field: 'turn.customer_data["empty"]' }),
    ]);
  });

  test('reports too many JSON values once', () => {
    const values = (count: number) =>
      entry(10, 'a', delimited(6, ...Array.from({ length: count - 1 }, () => delimited(1, number(1)))));
    expect(find(values(50))).toMatchObject({ violations: [], exceedsLimits: false });
    expect(find(values(60))).toMatchObject({
      violations: [
        { field: 'turn.customer_data["a"]', description: 'a request must contain no more than 50 JSON values' },
      ],
      exceedsLimits: true,
    });
  });

  test('reports a JSON value that is too deep in several places once', () => {
    const { violations } = find(
      entry(10, 'a', delimited(6, delimited(1, encodeNestedLists(5)), delimited(1, encodeNestedLists(5)))),
    );
    expect(violations.map(({ field }) => field)).toEqual(['turn.customer_data["a"]']);
  });

  test('lists at most 200 violations', () => {
    const empty = (count: number) => Array.from({ length: count }, () => delimited(1));
    const list = (count: number) =>
      findWireViolations(plan, turnRequestWith(entry(10, 'a', delimited(6, ...empty(count)))), {
        maxJsonDepth: 4,
        maxJsonValues: 1_000,
        maxParts: 1_000,
      });
    expect(list(200).violations).toHaveLength(200);
    expect(list(201).violations).toHaveLength(200);
  });

  test('notes messages that occur twice, but not two kinds of a JSON value', () => {
    expect(find(delimited(7), delimited(7)).hasSplitMessages).toBe(true);
    expect(find(delimited(7)).hasSplitMessages).toBe(false);
    expect(find(int32(6, 1), int32(6, 2)).hasSplitMessages).toBe(false);
    expect(find(entry(10, 'a', number(1), text(3, 'b'))).hasSplitMessages).toBe(false);
    expect(find(entry(10, 'a', number(1), number(2))).hasSplitMessages).toBe(true);
  });

  test.each([
    ['a string', [0x0a, 0x05, 0x0a, 0x04, 0x61]],
    ['64 bits', [0x0a, 0x05, 0x42, 0x03, 0x11, 0, 0]],
    ['a number', [0x0a, 0x02, 0x30, 0x80, 0x01]],
    ['packed numbers', [0x0a, 0x06, 0x3a, 0x04, 0x8a, 0x01, 0x01, 0x00]],
  ])('rejects %s longer than the message', (_what, bytes) => {
    expect(() => findWireViolations(plan, Uint8Array.from(bytes), limits)).toThrow(MalformedMessageError);
    expect(validateFast(plan, Uint8Array.from(bytes), limits)).toBeUndefined();
  });
});
