import type { SelectionContext } from '../context/selection-context';
import type { Explained } from '../model/explained';
import type { LifecycleDecision } from '../model/lifecycle-decision';
import { isOpen } from '../model/request';
import { describeInstance, describeStart } from './lifecycle-reasoning';
import { getInstanceProposal, getStartProposal } from './model-choice';
import type { ScenarioStart } from './scenario-start';
import { type EndedTurnInstance, hasEnded, type TurnInstance } from './turn-instance';

/**
 * Reports one decision for every instance that existed before the turn, in start order, then one START for every start, in start order, then
 * one COMPLETE or CANCEL for every start that ended on the same turn (section 2).
 */
export function toLifecycleDecisions(
  context: SelectionContext,
  { instances }: DecidedInstances,
): readonly LifecycleDecision[] {
  return mapDecided(
    instances,
    (start, version) => toStartDecision(start, version, context),
    (instance) => toLifecycleDecision(instance, context),
  );
}

/** Returns the decisions of `toLifecycleDecisions` with the sentences that explain them. */
export function explainLifecycleDecisions(
  context: SelectionContext,
  { instances }: DecidedInstances,
): readonly Explained<LifecycleDecision>[] {
  return mapDecided(
    instances,
    (start, version) => ({ ...toStartDecision(start, version, context), reasoning: describeStart(start) }),
    (instance) => ({
      ...toLifecycleDecision(instance, context),
      reasoning: describeInstance(instance, instances, context),
    }),
  );
}

interface DecidedInstances {
  readonly instances: readonly TurnInstance[];
}

/** Converts every decision, in the order in which they are reported. The instances that existed before the turn come first. */
function mapDecided<Decision>(
  instances: readonly TurnInstance[],
  convertStart: (start: ScenarioStart, scenarioVersion: number) => Decision,
  convert: (instance: TurnInstance) => Decision,
): readonly Decision[] {
  const decisions: Decision[] = [];
  for (const instance of instances) {
    const { start, view } = instance;
    decisions.push(start ? convertStart(start, view.instance.scenarioVersion) : convert(instance));
  }
  for (const instance of instances) if (instance.start && hasEnded(instance)) decisions.push(convert(instance));
  return decisions;
}

const none: readonly string[] = [];

function toLifecycleDecision(entry: TurnInstance, context: SelectionContext): LifecycleDecision {
  const { view, action, reason, resumed, walk } = entry;
  const { instance } = view;
  const { proposed, overruledBy } = getInstanceProposal(entry, context);
  const lastStepId = walk?.position.step.stepId ?? instance.currentStepId;
  return {
    scenarioId: instance.scenarioId,
    scenarioVersion: instance.scenarioVersion,
    instanceId: instance.instanceId,
    action,
    reason,
    confidence: 1,
    entryStepId: '',
    sourceStepId: action === 'CONTINUE' ? '' : lastStepId,
    resumed: resumed && action === 'CONTINUE',
    irreversibleDone: hasEnded(entry) ? instance.irreversibleDone.map(({ description }) => description) : none,
    actionsUnderWay: hasEnded(entry) ? listActionsUnderWay(entry) : none,
    ending: entry.action === 'COMPLETE' ? entry.ending : undefined,
    missingSoftFields: none,
    staysPausedBecause: entry.staysPausedBecause,
    conditionErrors: entry.conditionErrors,
    displacedByInstanceIds: entry.displacedByInstanceIds,
    proposed,
    overruledBy,
  };
}

/** Lists the keys of the WRITE actions that have no outcome yet, in the order in which they were first put. */
function listActionsUnderWay({ view: { instance, scenario } }: EndedTurnInstance): readonly string[] {
  const isWrite = (toolId: string): boolean => scenario?.writeToolIds.has(toolId) ?? true;
  // Only an ACTION has tools.
  return instance.requests
    .filter((request) => isOpen(request) && request.tools.some(({ toolId }) => isWrite(toolId)))
    .map(({ actionKey }) => actionKey);
}

function toStartDecision(start: ScenarioStart, scenarioVersion: number, context: SelectionContext): LifecycleDecision {
  const { proposed, overruledBy } = getStartProposal(start, context);
  return {
    scenarioId: start.scenario.scenarioId,
    scenarioVersion,
    instanceId: start.instanceId,
    action: 'START',
    reason: start.origin,
    confidence: start.score,
    entryStepId: start.scenario.entryStep.stepId,
    sourceStepId: '',
    resumed: false,
    irreversibleDone: none,
    actionsUnderWay: none,
    ending: undefined,
    missingSoftFields: start.missingSoftFields,
    staysPausedBecause: undefined,
    conditionErrors: none,
    displacedByInstanceIds: none,
    proposed,
    overruledBy,
  };
}
