import { type InstanceView, isAwaitingActionResult } from '../context/instance-view';
import type { SelectionContext } from '../context/selection-context';
import type { ContinueReason, LifecycleAction } from '../model/lifecycle-decision';
import { getModelFailure, type OverruleReason, type ProposedAction } from '../model/model-proposal';
import type { ScenarioInstance } from '../model/session';
import type { CompiledScenario } from '../scenario/compiled-scenario';
import { buildStepGraph, findReachableSteps } from '../scenario/step-graph';
import { type InstanceDecision, isActive, overrideDecision } from './instance-decision';
import type { ScenarioStart, StartCandidate } from './start-candidates';

type ProposalContext = Pick<SelectionContext, 'proposal'>;

/** The proposal of the model for one decision, and why it has no effect (section 9). */
export interface ReportedProposal {
  /** Undefined if the model proposed nothing. */
  readonly proposed: LifecycleAction | undefined;
  /** "" if the proposal takes effect or no model was asked. */
  readonly overruledBy: OverruleReason | '';
}

const noProposal: ReportedProposal = { proposed: undefined, overruledBy: '' };

/** Whether the model can choose another action for an instance that continues for this reason (section 9). */
const leavesChoiceToModel: Readonly<Record<ContinueReason, boolean>> = {
  GOES_ON: true,
  QUIET: true,
  RESUMED: false,
  RELOCALIZED: false,
};

/**
 * Applies the action that the model chose where rules 2.3 to 2.10 leave CONTINUE. The action is applied after all rules, so it neither
 * frees capacity for a start on the same turn nor fulfills a dependency of that start.
 */
export function applyModelChoice(decision: InstanceDecision, context: ProposalContext): InstanceDecision {
  if (!isOpenToModel(decision)) return decision;
  const action = getProposedAction(decision, context);
  if (action === undefined || action === 'CONTINUE' || findObjection(action, decision.view)) return decision;
  return overrideDecision(decision, { action, reason: 'MODEL' });
}

/** Returns the proposal of the model for an existing instance. */
export function getInstanceProposal(decision: InstanceDecision, context: ProposalContext): ReportedProposal {
  const failure = getModelFailure(context.proposal);
  if (failure) return isOpenToModel(decision) ? { proposed: undefined, overruledBy: failure } : noProposal;
  const proposed = getProposedAction(decision, context);
  if (proposed === undefined) return noProposal;
  if (proposed === decision.action) return { proposed, overruledBy: '' };
  const objection = isOpenToModel(decision) ? findObjection(proposed, decision.view) : undefined;
  return { proposed, overruledBy: objection ?? 'RULES' };
}

/** Returns the proposal of the model for a scenario that starts. */
export function getStartProposal(
  { origin, scenario: { scenarioId } }: Pick<ScenarioStart, 'origin' | 'scenario'>,
  { proposal }: ProposalContext,
): ReportedProposal {
  const failure = getModelFailure(proposal);
  if (failure) return origin === 'CANDIDATE' ? { proposed: undefined, overruledBy: failure } : noProposal;
  switch (proposal?.fits.get(scenarioId)) {
    case true:
      return { proposed: 'START', overruledBy: '' };
    case false:
      return { proposed: undefined, overruledBy: 'RULES' };
    case undefined:
      return noProposal;
  }
}

/** Returns the proposal of the model for a rejected candidate. */
export function getRejectionProposal(
  { scenarioId, origin }: Pick<StartCandidate, 'scenarioId' | 'origin'>,
  { proposal }: ProposalContext,
): ReportedProposal {
  const failure = getModelFailure(proposal);
  if (failure) return origin === 'CANDIDATE' ? { proposed: undefined, overruledBy: failure } : noProposal;
  return proposal?.fits.get(scenarioId) === true ? { proposed: 'START', overruledBy: 'RULES' } : noProposal;
}

function getProposedAction({ view }: InstanceDecision, { proposal }: ProposalContext): ProposedAction | undefined {
  return proposal?.actions.get(view.instance.instanceId);
}

function isOpenToModel(decision: InstanceDecision): boolean {
  return isActive(decision) && leavesChoiceToModel[decision.reason];
}

/**
 * Finds the reason why a proposed action is not applied. An instance does not complete ahead of a checkpoint or a required action,
 * because scenarios that depend on it would start. Only the customer can end an instance while an executor works on its action.
 */
function findObjection(proposed: ProposedAction, view: InstanceView): OverruleReason | undefined {
  switch (proposed) {
    case 'CONTINUE':
    case 'PAUSE':
      return undefined;
    case 'CANCEL':
      return isAwaitingActionResult(view) ? 'AWAITS_RESULT' : undefined;
    case 'COMPLETE':
      if (isAwaitingActionResult(view)) return 'AWAITS_RESULT';
      return view.scenario && hasCheckpointAhead(view.instance, view.scenario) ? 'CHECKPOINT_AHEAD' : undefined;
  }
}

/** Whether the current step, or a step that can be reached from it, is a checkpoint or required action that was not passed. */
function hasCheckpointAhead(instance: ScenarioInstance, scenario: CompiledScenario): boolean {
  const passedIds = collectPassedStepIds(instance);
  return [...findReachableSteps([instance.currentStepId], buildStepGraph(scenario))].some((stepId) => {
    const step = scenario.steps.get(stepId);
    return step !== undefined && (step.isCheckpoint || step.isRequiredAction) && !passedIds.has(stepId);
  });
}

/**
 * Collects the checkpoints and required actions that need not be passed again. A success that was recorded late does not count (0.6). For
 * the current step only this visit counts, because a checkpoint that is entered again must be confirmed again.
 */
function collectPassedStepIds({ irreversibleDone, currentStepId, visit }: ScenarioInstance): ReadonlySet<string> {
  const passed = irreversibleDone.filter(
    (done) => done.passed && (done.stepId !== currentStepId || done.visitNumber === visit.number),
  );
  return new Set(passed.map(({ stepId }) => stepId));
}
