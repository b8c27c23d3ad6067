import { decideTurn, type PhaseName } from '../../../src/core/decide-turn';
import { noFieldRules } from '../../../src/core/fields/field-rules';
import { createEmptySession } from '../../../src/core/model/session';
import { defaultSettings } from '../../../src/core/model/settings';
import { indexRelationships } from '../../../src/core/scenario/relationships';
import { aTurn, ids } from '../../support/conversation';

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
