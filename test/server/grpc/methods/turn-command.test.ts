import {
  ProcessTurnRequest,
  ProcessTurnsRequest,
  StreamTurnRequest,
} from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import { toStreamedTurnCommand, toTurnCommand } from '../../../../src/server/grpc/methods/turn-command';
import { turnRequest } from '../../../support/request-bytes';
import { uuid } from '../../../support/session-builder';

const ids = { tenantId: uuid(1), sessionId: uuid(3) };

test.each([
  [0, 'BASIC'],
  [1, 'BASIC'],
  [2, 'FULL'],
  [3, 'PLAN'],
] as const)('response_view %d is the view %s in every method that processes turns', (number, view) => {
  const bytes = ProcessTurnRequest.encode({
    ...ProcessTurnRequest.decode(turnRequest()),
    responseView: number,
  }).finish();
  const commands = [
    toTurnCommand({ message: ProcessTurnRequest.decode(bytes), bytes, ...ids }, 0),
    toTurnCommand({ message: StreamTurnRequest.decode(bytes), bytes, ...ids }, 0),
    toStreamedTurnCommand({ message: ProcessTurnsRequest.decode(bytes), bytes, ...ids }, 0),
  ];
  expect(commands.map(({ responseView }) => responseView)).toEqual([view, view, view]);
});
