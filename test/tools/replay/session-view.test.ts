import { ContributionType } from '../../../gen/focal/orchestration/v1/contribution';
import {
  ScenarioLifecycleAction as Action,
  ScenarioLifecycleDecision,
} from '../../../gen/focal/orchestration/v1/lifecycle';
import { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { ScenarioStepTransitionDecision } from '../../../gen/focal/orchestration/v1/transition';
import { toScenarioId } from '../../../tools/replay/replay-ids';
import { emptyView, updateView } from '../../../tools/replay/session-view';
import { aContribution, aDecision, aResponse } from './replay-builders';

const scenarioId = toScenarioId('sgd.Homes_1.FindHome');
const started = updateView(emptyView, aResponse([], [aDecision(Action.SCENARIO_LIFECYCLE_ACTION_START)]));

describe('the view of a session', () => {
  it('has a started instance at its entry step', () => {
    const start = ScenarioLifecycleDecision.fromPartial({
      ...aDecision(Action.SCENARIO_LIFECYCLE_ACTION_START),
      entryStepId: 'collect',
    });
    const view = updateView(emptyView, aResponse([], [start]));
    expect(view.get(scenarioId)).toEqual({ instanceId: 'instance-1', stepId: 'collect', lastContribution: undefined });
  });

  it('has the target step of a transition', () => {
    const decision = ScenarioStepTransitionDecision.fromPartial({
      scenarioId,
      instanceId: 'instance-1',
      targetStepId: 'confirm',
    });
    const response = ProcessTurnResponse.fromPartial({ transitionDecisions: [decision] });
    expect(updateView(started, response).get(scenarioId)?.stepId).toBe('confirm');
  });

  it('has the last contribution that is neither deferred nor empty', () => {
    const ask = aContribution(ContributionType.CONTRIBUTION_TYPE_ASK);
    const later = [
      aContribution(ContributionType.CONTRIBUTION_TYPE_CONFIRM, { deferred: true }),
      aContribution(ContributionType.CONTRIBUTION_TYPE_NONE),
    ];
    const view = later.reduce(
      (known, next) => updateView(known, aResponse([next])),
      updateView(started, aResponse([ask])),
    );
    expect(view.get(scenarioId)?.lastContribution).toEqual(ask);
  });

  it.each([Action.SCENARIO_LIFECYCLE_ACTION_COMPLETE, Action.SCENARIO_LIFECYCLE_ACTION_CANCEL])(
    'does not have an ended instance (action %i)',
    (action) => {
      expect(updateView(started, aResponse([], [aDecision(action)])).size).toBe(0);
    },
  );

  it('has the new instance if the old one ended in the same turn', () => {
    const decisions = [
      aDecision(Action.SCENARIO_LIFECYCLE_ACTION_CANCEL),
      aDecision(Action.SCENARIO_LIFECYCLE_ACTION_START, { instanceId: 'instance-2' }),
    ];
    expect(updateView(started, aResponse([], decisions)).get(scenarioId)?.instanceId).toBe('instance-2');
  });

  it('keeps a paused instance', () => {
    expect(updateView(started, aResponse([], [aDecision(Action.SCENARIO_LIFECYCLE_ACTION_PAUSE)])).size).toBe(1);
  });
});
