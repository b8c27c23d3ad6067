import { ProcessTurnResponse, StreamTurnResponse } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import { createEmptyResult } from '../../../../src/server/application/decide-loaded-turn';
import { ProtoTurnCodec } from '../../../../src/server/codec/stored/proto-turn-codec';
import { TurnEvents } from '../../../../src/server/grpc/methods/turn-events';
import { Conversation } from '../../../support/conversation';
import { asking } from '../../../support/sample-scenarios';
import { createCommand } from '../../../support/turn-dependencies';

const { turn } = createCommand({});
const empty = createEmptyResult(turn, undefined, false);
const result = { ...empty, context: { ...empty.context, conditionErrors: ['x'.repeat(1_000)] } };
const decision = { result, explain: () => result };
const responseBytes = new ProtoTurnCodec().encodeExplanation(empty);

test('a provisional event that the client could not receive is dropped, and the sequence has no gap', () => {
  const events = new TurnEvents('FULL', 500);
  expect([...events.createProvisionalEvents(decision)]).toEqual([]);
  const final = [...events.createFinalEvents({ result: empty, responseBytes, replayed: false })];
  expect(final.map(({ sequence }) => sequence)).toEqual([1, 2]);
});

test('a provisional event within the limit is sent', () => {
  const [event] = new TurnEvents('FULL', 2_000).createProvisionalEvents(decision);
  expect(event?.provisional).toBe(true);
  expect(event && StreamTurnResponse.encode(event).finish().length).toBeGreaterThan(1_000);
});

describe('the events of a view', () => {
  const talk = new Conversation([asking('a', ['x'])]);
  const played = talk.turn({ candidates: { a: 0.9 } }).result;
  const playedDecision = { result: played, explain: () => played };
  const codec = new ProtoTurnCodec();
  const basic = codec.encodeResult(played);
  const bytes = { BASIC: basic, FULL: codec.encodeExplanation(played), PLAN: codec.selectPlan(basic) } as const;
  const events = {
    BASIC: ['lifecycle', 'transition', 'contribution'],
    FULL: ['context', 'lifecycle', 'transition', 'contribution'],
    PLAN: ['contribution'],
  } as const;

  test.each(['BASIC', 'FULL', 'PLAN'] as const)('%s are the parts of its response, provisional or not', (view) => {
    const turnEvents = new TurnEvents(view, 4_194_304);
    const provisional = [...turnEvents.createProvisionalEvents(playedDecision)];
    const final = [...turnEvents.createFinalEvents({ result: played, responseBytes: bytes[view], replayed: false })];
    expect(provisional.map(({ event }) => event?.$case)).toEqual(events[view]);
    expect(final.map(({ event }) => event?.$case)).toEqual([...events[view], 'committed']);
    expect(final.slice(0, -1).map(({ event }) => event)).toEqual(provisional.map(({ event }) => event));
    expect(final.at(-1)?.event).toEqual({ $case: 'committed', value: ProcessTurnResponse.decode(bytes[view]) });
  });
});
