import type { ScenarioDraft, StepDraft } from '../../support/conversation';
import { playTurns } from '../../support/play-turns';
import { end } from '../../support/sample-scenarios';

const createScenario = (step: Omit<StepDraft, 'stepId'>): ScenarioDraft => ({
  scenarioId: 's',
  steps: [{ stepId: 'step', to: ['end'], ...step }, end],
});
/** Maps each contribution type to a step that contributes it. */
const steps = {
  CONFIRM: { isCheckpoint: true },
  ASK: { collectsProfileFields: ['x'] },
  ACTION_HINT: { toolIds: ['t'] },
  INFORM: { templateIds: ['text'] },
  NONE: { to: [{ to: 'end', intentLabel: 'never' }] },
} as const;
type ContributionType = keyof typeof steps;
const types: readonly ContributionType[] = ['CONFIRM', 'ASK', 'ACTION_HINT', 'INFORM', 'NONE'];

test.each(types)('4.3: a contribution of type %s sets only the flag of its type', (type) => {
  const [first] = playTurns(createScenario(steps[type]), [{}]);
  expect(first?.result.plan).toMatchObject({
    hasConfirms: type === 'CONFIRM',
    hasAsks: type === 'ASK',
    hasActionHints: type === 'ACTION_HINT',
    hasInforms: type === 'INFORM',
  });
});

test('4.3: a deferred contribution sets no flag', () => {
  const confirm = createScenario(steps.CONFIRM);
  const [first] = playTurns(confirm, [{}], { settings: { maxConfirmsPerTurn: 0 } });
  expect(first?.plan).toEqual(['(deferred) s CONFIRM ']);
  expect(first?.result.plan.hasConfirms).toBe(false);
});
