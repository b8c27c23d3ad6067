import fc from 'fast-check';
import {
  ProcessTurnRequest,
  ProcessTurnResponse,
  ProcessTurnsRequest,
  type ResponseView,
  StreamTurnRequest,
} from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import { Turn } from '../../../../gen/focal/orchestration/v1/turn';
import type { TurnResult } from '../../../../src/core/model/turn-result';
import { createEmptyResult } from '../../../../src/server/application/decide-loaded-turn';
import { ProtoTurnCodec } from '../../../../src/server/codec/stored/proto-turn-codec';
import { decisionToProto, removeExplanation } from '../../../../src/server/codec/wire/response-view';
import { turnToProto } from '../../../../src/server/codec/wire/turn-message-codec';
import { createCommand } from '../../../support/turn-dependencies';
import { withoutExplanation } from '../../../support/without-explanation';
import { turn } from '../arbitraries';
import { expectSameBytes } from '../bytes';
import { type DeepPartial, encodeAndDecode } from '../partial-message';
import { turnResult } from '../result-arbitrary';
import { reverseEntries } from '../reverse-entries';

const codec = new ProtoTurnCodec();

interface RequestOptions {
  readonly expectedRevision?: number;
  readonly validateOnly?: boolean;
  readonly responseView?: ResponseView;
}

/** Encodes a request with map entries in insertion order, as some clients do. */
function encodeRequest(
  message: Turn,
  { expectedRevision, validateOnly = false, responseView = 0 }: RequestOptions = {},
): Uint8Array {
  return ProcessTurnRequest.encode({ turn: message, expectedRevision, validateOnly, responseView }).finish();
}

function createTurnMessage(fields: DeepPartial<Turn>): Turn {
  return encodeAndDecode(Turn, fields);
}

describe('turn results', () => {
  it('are equal after encoding and decoding, except for what explains them', () => {
    fc.assert(
      fc.property(turnResult, (result) => {
        const ignoredOutcomes = result.ignoredOutcomes.map((ignored) => ({ ...ignored, reasoning: '' }));
        const expected = { ...withoutExplanation(result), ignoredOutcomes };
        expect(codec.decodeResult(codec.encodeResult(result))).toEqual(expected);
      }),
    );
  });

  it('have the same bytes for every order of map entries', () => {
    fc.assert(
      fc.property(turnResult, (result) => {
        expectSameBytes(codec.encodeResult(reverseEntries(result)), codec.encodeResult(result));
        expectSameBytes(codec.encodeExplanation(reverseEntries(result)), codec.encodeExplanation(result));
      }),
    );
  });

  it('in the view BASIC are those in the view FULL without context, alternatives and sentences', () => {
    fc.assert(
      fc.property(turnResult, (result) => {
        const full = ProcessTurnResponse.decode(codec.encodeExplanation(result));
        const basic: ProcessTurnResponse = {
          ...full,
          context: undefined,
          lifecycleDecisions: full.lifecycleDecisions.map((decision) => ({ ...decision, reasoning: '' })),
          rejectedCandidates: full.rejectedCandidates.map((rejected) => ({ ...rejected, reasoning: '' })),
          transitionDecisions: full.transitionDecisions.map((decision) => ({
            ...decision,
            reasoning: '',
            alternatives: [],
            omittedAlternatives: 0,
          })),
          ignoredOutcomes: full.ignoredOutcomes.map((ignored) => ({ ...ignored, reasoning: '' })),
        };
        expectSameBytes(codec.encodeResult(result), ProcessTurnResponse.encode(basic).finish());
        expectSameBytes(codec.encodeResult(withoutExplanation(result)), codec.encodeResult(result));
        expect(removeExplanation(full)).toEqual(basic);
        expect(removeExplanation(basic)).toEqual(basic);
      }),
    );
  });

  it('in the view PLAN have the plan, the revision, the ids and validate_only, and nothing else', () => {
    fc.assert(
      fc.property(turnResult, (result) => {
        const basic = codec.encodeResult(result);
        const { sessionId, turnId, revision, plan, validateOnly } = ProcessTurnResponse.decode(basic);
        const expected = { ...ProcessTurnResponse.create(), sessionId, turnId, revision, plan, validateOnly };
        expectSameBytes(codec.selectPlan(basic), ProcessTurnResponse.encode(expected).finish());
        expect(decisionToProto.PLAN({ result, explain: () => result })).toEqual(expected);
      }),
    );
  });

  it('are full exactly if they are explained, as those of releases up to 0.2', () => {
    fc.assert(
      fc.property(turnResult, (result) => {
        expect(codec.isFull(codec.encodeExplanation(result))).toBe(true);
        expect(codec.isFull(codec.encodeResult(result))).toBe(false);
      }),
      { numRuns: 20 },
    );
  });

  it('do not differ from a recorded response in the view BASIC or FULL', () => {
    fc.assert(
      fc.property(turnResult, (result) => {
        expect(codec.findDifference(codec.encodeResult(result), result)).toBeUndefined();
        expect(codec.findDifference(codec.encodeExplanation(result), result)).toBeUndefined();
      }),
    );
  });

  it.each<[string, (result: TurnResult) => TurnResult]>([
    ['turnCount', (result) => ({ ...result, turnCount: result.turnCount + 1 })],
    ['plan.activeScenarioIds[0]', ({ plan, ...rest }) => ({ ...rest, plan: { ...plan, activeScenarioIds: ['a'] } })],
    ['nextTimerAt', (result) => ({ ...result, nextTimerAt: 1 })],
  ])('differ from a recorded response in %s', (path, change) => {
    const { turn } = createCommand({});
    const result = createEmptyResult(turn, undefined, false);
    expect(codec.findDifference(codec.encodeResult(result), change(result))).toBe(path);
    expect(codec.findDifference(codec.encodeResult(change(result)), result)).toBe(path);
  });

  it('are an internal error if they cannot be decoded, not INVALID_REQUEST', () => {
    expect(() => codec.decodeResult(Uint8Array.of(10, 200))).toThrow(
      expect.objectContaining({ name: 'Error', message: 'Cannot decode a stored response.' }),
    );
  });
});

describe('5.1: requests are the same turn', () => {
  it('if their bytes are equal', () => {
    fc.assert(
      fc.property(turn, (value) => {
        const bytes = encodeRequest(turnToProto(value));
        expect(codec.isSameTurn(bytes, bytes.slice())).toBe(true);
      }),
    );
  });

  it('if only the order of map entries differs', () => {
    const one = createTurnMessage({
      customerData: { name: 'Ada', address: { city: 'Ulm', zip: '89073' } },
      sessionVariables: { b: [{ y: 1, x: 2 }], a: null },
      situation: { facts: { channel: 'chat', vip: true } },
      stepOutcomes: [{ results: { refund_id: 'R-1', ok: true } }],
    });
    const [a, b] = [encodeRequest(one), encodeRequest(reverseEntries(one))];
    expect(Buffer.compare(a, b)).not.toBe(0);
    expect(codec.isSameTurn(a, b)).toBe(true);
  });

  it('if only the order of map entries differs, for any content', () => {
    fc.assert(
      fc.property(turn, (value) => {
        const message = turnToProto(value);
        expect(codec.isSameTurn(encodeRequest(message), encodeRequest(reverseEntries(message)))).toBe(true);
      }),
    );
  });

  it('if only expected_revision, validate_only or response_view differs', () => {
    const message = createTurnMessage({ turnId: 't' });
    expect(codec.isSameTurn(encodeRequest(message), encodeRequest(message, { expectedRevision: 3 }))).toBe(true);
    expect(codec.isSameTurn(encodeRequest(message, { expectedRevision: 0 }), encodeRequest(message))).toBe(true);
    expect(codec.isSameTurn(encodeRequest(message), encodeRequest(message, { validateOnly: true }))).toBe(true);
    for (const responseView of [1, 2, 3] as const) {
      expect(codec.isSameTurn(encodeRequest(message), encodeRequest(message, { responseView }))).toBe(true);
    }
  });

  it('if they use ProcessTurn, StreamTurn and ProcessTurns, because their layouts are equal', () => {
    fc.assert(
      fc.property(turn, (value) => {
        const content = { turn: turnToProto(value), expectedRevision: 7, validateOnly: true, responseView: 2 };
        const bytes = ProcessTurnRequest.encode(content).finish();
        expectSameBytes(StreamTurnRequest.encode(content).finish(), bytes);
        expectSameBytes(ProcessTurnsRequest.encode({ ...content, traceContext: undefined }).finish(), bytes);
      }),
      { numRuns: 20 },
    );
  });
});

it('5.1: a retry on a stream may have another trace context', () => {
  const encode = (traceparent: string) =>
    ProcessTurnsRequest.encode(
      ProcessTurnsRequest.fromPartial({ turn: { turnId: 't' }, traceContext: { traceparent } }),
    ).finish();
  expect(codec.isSameTurn(encode('first'), encode('second'))).toBe(true);
});

it('a trace context does not change the recorded request', () => {
  const turn = { turnId: 't' };
  const traced = ProcessTurnsRequest.fromPartial({ turn, traceContext: { traceparent: 'a', tracestate: 'b' } });
  const decoded = ProcessTurnRequest.decode(ProcessTurnsRequest.encode(traced).finish());
  expect(decoded).toEqual(ProcessTurnRequest.fromPartial({ turn }));
});

describe('5.2: requests are different turns', () => {
  const occurredAt = new Date(1_795_000_000_123);
  const original = createTurnMessage({
    turnId: 't',
    occurredAt,
    candidates: [{ scenarioId: 'a', score: 0.5 }, { scenarioId: 'b' }],
    customerData: { amount: 12.5, tags: ['x', 'y'], address: { city: 'Ulm' } },
  });
  const { customerData } = original;

  const differences: readonly (readonly [string, Turn])[] = [
    ['a value', { ...original, customerData: { ...customerData, amount: 12.6 } }],
    ['the kind of a value', { ...original, customerData: { ...customerData, amount: '12.5' } }],
    ['the sign of a zero', { ...original, customerData: { ...customerData, amount: -0 } }],
    ['a nested value', { ...original, customerData: { ...customerData, address: { city: 'Köln' } } }],
    ['the key of a nested value', { ...original, customerData: { ...customerData, address: { town: 'Ulm' } } }],
    ['the order of a list', { ...original, customerData: { ...customerData, tags: ['y', 'x'] } }],
    ['a list that is an object', { ...original, customerData: { ...customerData, tags: { 0: 'x', 1: 'y' } } }],
    ['an additional entry', { ...original, customerData: { ...customerData, more: null } }],
    ['a missing entry', { ...original, customerData: { amount: 12.5 } }],
    ['the order of candidates', { ...original, candidates: [...original.candidates].reverse() }],
    ['a missing candidate', { ...original, candidates: original.candidates.slice(0, 1) }],
    ['a millisecond', { ...original, occurredAt: new Date(occurredAt.getTime() + 1) }],
    ['a missing time', { ...original, occurredAt: undefined }],
    ['a missing trigger', { ...original, trigger: 1 }],
    ['an empty situation instead of a missing one', createTurnMessage({ ...original, situation: {} })],
  ];

  it.each(differences)('if they differ in %s', (_, other) => {
    expect(codec.isSameTurn(encodeRequest(original), encodeRequest(other))).toBe(false);
    expect(codec.isSameTurn(encodeRequest(other), encodeRequest(original))).toBe(false);
  });

  it('if one of them has no turn', () => {
    expect(codec.isSameTurn(new Uint8Array(), encodeRequest(original))).toBe(false);
  });
});
