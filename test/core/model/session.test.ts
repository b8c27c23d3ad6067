import { createEmptySession } from '../../../src/core/model/session';
import { ids } from '../../support/conversation';

test('5: a session before its first turn is empty', () => {
  expect(createEmptySession(ids)).toEqual({
    ...ids,
    importedFrom: '',
    revision: 0,
    turnCount: 0,
    instances: [],
    endedInstances: [],
    variables: new Map(),
    declinedFields: [],
    pendingStarts: [],
    scenarioCounters: new Map(),
    choices: [],
    exchangeRevision: 0,
    lastMessageAt: 0,
    lastContributorId: '',
    createdAt: 0,
    updatedAt: 0,
    lastTurnId: '',
    lastStartNumber: 0,
  });
});
