import fc from 'fast-check';
import {
  ProcessTurnRequest,
  ProcessTurnsRequest,
  StreamTurnRequest,
} from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { Turn } from '../../../gen/focal/orchestration/v1/turn';
import { ProtoTurnCodec } from '../../../src/server/codec/stored/proto-turn-codec';
import { turnToProto } from '../../../src/server/codec/wire/turn-message-codec';
import { turn } from './arbitraries';
import { expectSameBytes } from './bytes';
import { type DeepPartial, encodeAndDecode } from './partial-message';
import { turnResult } from './result-arbitrary';
import { reverseEntries } from './reverse-entries';

const codec = new ProtoTurnCodec();

interface Around {
  readonly expectedRevision?: number;
  readonly validateOnly?: boolean;
}

/** A request as a client sends it that writes map entries in the order in which it has them. */
function request(message: Turn, { expectedRevision, validateOnly = false }: Around = {}): Uint8Array {
  return ProcessTurnRequest.encode({ turn: message, expectedRevision, validateOnly }).finish();
}

function turnMessage(fields: DeepPartial<Turn>): Turn {
  return encodeAndDecode(Turn, fields);
}

describe('an encoded result', () => {
  it('is decoded to the result that it was', () => {
    fc.assert(
      fc.property(turnResult, (result) => expect(codec.decodeResult(codec.encodeResult(result))).toEqual(result)),
    );
  });

  it('is the same bytes whatever the order in which its maps were filled', () => {
    fc.assert(
      fc.property(turnResult, (result) => {
        expectSameBytes(codec.encodeResult(reverseEntries(result)), codec.encodeResult(result));
      }),
    );
  });

  it('that cannot be decoded is a defect, not a request that is wrong', () => {
    expect(() => codec.decodeResult(Uint8Array.of(10, 200))).toThrow(
      expect.objectContaining({ name: 'Error', message: 'A stored response cannot be decoded.' }),
    );
  });
});

describe('two requests are the same turn (5.1)', () => {
  it('when their bytes are equal', () => {
    fc.assert(
      fc.property(turn, (value) => {
        const bytes = request(turnToProto(value));
        expect(codec.isSameTurn(bytes, bytes.slice())).toBe(true);
      }),
    );
  });

  it('when only the entries of their maps come in another order', () => {
    const one = turnMessage({
      customerData: { name: 'Ada', address: { city: 'Ulm', zip: '89073' } },
      sessionVariables: { b: [{ y: 1, x: 2 }], a: null },
      situation: { facts: { channel: 'chat', vip: true } },
      stepOutcomes: [{ results: { refund_id: 'R-1', ok: true } }],
    });
    const [a, b] = [request(one), request(reverseEntries(one))];
    expect(Buffer.compare(a, b)).not.toBe(0);
    expect(codec.isSameTurn(a, b)).toBe(true);
  });

  it('when their maps come in another order, whatever is in them', () => {
    fc.assert(
      fc.property(turn, (value) => {
        const message = turnToProto(value);
        expect(codec.isSameTurn(request(message), request(reverseEntries(message)))).toBe(true);
      }),
    );
  });

  it('when only expected_revision or validate_only differ', () => {
    const message = turnMessage({ turnId: 't' });
    expect(codec.isSameTurn(request(message), request(message, { expectedRevision: 3 }))).toBe(true);
    expect(codec.isSameTurn(request(message, { expectedRevision: 0 }), request(message))).toBe(true);
    expect(codec.isSameTurn(request(message), request(message, { validateOnly: true }))).toBe(true);
  });

  it('when one came by ProcessTurn and the other by StreamTurn or ProcessTurns: the three have one layout', () => {
    fc.assert(
      fc.property(turn, (value) => {
        const content = { turn: turnToProto(value), expectedRevision: 7, validateOnly: true };
        const bytes = ProcessTurnRequest.encode(content).finish();
        expectSameBytes(StreamTurnRequest.encode(content).finish(), bytes);
        expectSameBytes(ProcessTurnsRequest.encode(content).finish(), bytes);
      }),
      { numRuns: 20 },
    );
  });
});

describe('two requests are not the same turn (5.2)', () => {
  const occurredAt = new Date(1_795_000_000_123);
  const original = turnMessage({
    turnId: 't',
    occurredAt,
    candidates: [{ scenarioId: 'a', score: 0.5 }, { scenarioId: 'b' }],
    customerData: { amount: 12.5, tags: ['x', 'y'], address: { city: 'Ulm' } },
  });
  const { customerData } = original;

  const others: readonly (readonly [string, Turn])[] = [
    ['a value', { ...original, customerData: { ...customerData, amount: 12.6 } }],
    ['the kind of a value', { ...original, customerData: { ...customerData, amount: '12.5' } }],
    ['the sign of a zero', { ...original, customerData: { ...customerData, amount: -0 } }],
    ['a nested value', { ...original, customerData: { ...customerData, address: { city: 'Köln' } } }],
    ['the name of a nested value', { ...original, customerData: { ...customerData, address: { town: 'Ulm' } } }],
    ['the order of a list', { ...original, customerData: { ...customerData, tags: ['y', 'x'] } }],
    ['a list that is an object', { ...original, customerData: { ...customerData, tags: { 0: 'x', 1: 'y' } } }],
    ['one entry more', { ...original, customerData: { ...customerData, more: null } }],
    ['one entry less', { ...original, customerData: { amount: 12.5 } }],
    ['the order of candidates', { ...original, candidates: [...original.candidates].reverse() }],
    ['one candidate less', { ...original, candidates: original.candidates.slice(0, 1) }],
    ['a millisecond', { ...original, occurredAt: new Date(occurredAt.getTime() + 1) }],
    ['a time that was left out', { ...original, occurredAt: undefined }],
    ['a trigger that was left out', { ...original, trigger: 1 }],
    ['an empty situation that was left out', turnMessage({ ...original, situation: {} })],
  ];

  it.each(others)('when they differ in %s', (_, other) => {
    expect(codec.isSameTurn(request(original), request(other))).toBe(false);
    expect(codec.isSameTurn(request(other), request(original))).toBe(false);
  });

  it('when one of them has no turn', () => {
    expect(codec.isSameTurn(new Uint8Array(), request(original))).toBe(false);
  });
});
