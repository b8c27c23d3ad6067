import { StreamTurnResponse } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import { createEmptyResult } from '../../../../src/server/application/decide-loaded-turn';
import { ProtoTurnCodec } from '../../../../src/server/codec/stored/proto-turn-codec';
import { TurnEvents } from '../../../../src/server/grpc/methods/turn-events';
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
