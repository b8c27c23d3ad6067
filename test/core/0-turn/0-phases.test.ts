import { decideTurn, type PhaseName } from '../../../src/core/decide-turn';
import { noFieldRules } from '../../../src/core/fields/field-rules';
import { createEmptySession } from '../../../src/core/model/session';
import { defaultSettings } from '../../../src/core/model/settings';
import { indexRelationships } from '../../../src/core/scenario/relationships';
import { aTurn, Conversation, ids } from '../../support/conversation';

test('0: a turn runs four named phases', () => {
  const phases: PhaseName[] = [];
  decideTurn(
    {
      session: createEmptySession(ids),
      turn: aTurn({}, 'turn-1', 1),
      catalogue: {
        revision: 1,
        getScenario: () => undefined,
        getScenarioVersion: () => undefined,
        relationships: indexRelationships([]),
        fields: noFieldRules,
      },
      settings: defaultSettings,
      getNewInstanceId: () => 'id',
    },
    false,
    (name, run) => {
      phases.push(name);
      return run();
    },
  );
  expect(phases).toEqual([
    'orchestrator.context',
    'orchestrator.lifecycle',
    'orchestrator.transitions',
    'orchestrator.contributions',
  ]);
});

test('5.5: only the result of a turn that is validated is marked validate_only', () => {
  const conversation = new Conversation([]);
  const isMarked = (validateOnly?: boolean) => decideTurn(conversation.input(), validateOnly).result.validateOnly;
  expect([isMarked(), isMarked(true)]).toEqual([false, true]);
});
