import { ContributionType } from '../../../gen/focal/orchestration/v1/contribution';
import {
  ScenarioLifecycleAction as Action,
  ScenarioLifecycleDecision,
} from '../../../gen/focal/orchestration/v1/lifecycle';
import { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { ScenarioStepTransitionDecision } from '../../../gen/focal/orchestration/v1/transition';
import { scenarioUuid } from '../../../tools/replay/replay-ids';
import { EMPTY_VIEW, viewAfter } from '../../../tools/replay/session-view';
import { aContribution, aDecision, anAnswer } from './replay-builders';

const scenarioId = scenarioUuid('sgd.Homes_1.FindHome');
const started = viewAfter(EMPTY_VIEW, anAnswer([], [aDecision(Action.SCENARIO_LIFECYCLE_ACTION_START)]));

describe('what a caller knows of a session', () => {
  it('an instance from its start, at its entry step', () => {
    const start = ScenarioLifecycleDecision.fromPartial({
      ...aDecision(Action.SCENARIO_LIFECYCLE_ACTION_START),
      entryStepId: 'collect',
    });
    const view = viewAfter(EMPTY_VIEW, anAnswer([], [start]));
    expect(view.get(scenarioId)).toEqual({ instanceId: 'instance-1', stepId: 'collect', said: undefined });
  });

  it('the step where a transition left it', () => {
    const decision = ScenarioStepTransitionDecision.fromPartial({
      scenarioId,
      instanceId: 'instance-1',
      targetStepId: 'confirm',
    });
    const response = ProcessTurnResponse.fromPartial({ transitionDecisions: [decision] });
    expect(viewAfter(started, response).get(scenarioId)?.stepId).toBe('confirm');
  });

  it('what it last said, but for what was put off and for nothing', () => {
    const ask = aContribution(ContributionType.CONTRIBUTION_TYPE_ASK);
    const later = [
      aContribution(ContributionType.CONTRIBUTION_TYPE_CONFIRM, { deferred: true }),
      aContribution(ContributionType.CONTRIBUTION_TYPE_NONE),
    ];
    const view = later.reduce((known, next) => viewAfter(known, anAnswer([next])), viewAfter(started, anAnswer([ask])));
    expect(view.get(scenarioId)?.said).toEqual(ask);
  });

  it.each([Action.SCENARIO_LIFECYCLE_ACTION_COMPLETE, Action.SCENARIO_LIFECYCLE_ACTION_CANCEL])(
    'nothing of an instance that ended (action %i)',
    (action) => {
      expect(viewAfter(started, anAnswer([], [aDecision(action)])).size).toBe(0);
    },
  );

  it('the new instance where the old one ended in the same turn', () => {
    const decisions = [
      aDecision(Action.SCENARIO_LIFECYCLE_ACTION_CANCEL),
      aDecision(Action.SCENARIO_LIFECYCLE_ACTION_START, { instanceId: 'instance-2' }),
    ];
    expect(viewAfter(started, anAnswer([], decisions)).get(scenarioId)?.instanceId).toBe('instance-2');
  });

  it('a paused instance still', () => {
    expect(viewAfter(started, anAnswer([], [aDecision(Action.SCENARIO_LIFECYCLE_ACTION_PAUSE)])).size).toBe(1);
  });
});
