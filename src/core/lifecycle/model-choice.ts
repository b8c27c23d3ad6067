import type { InstanceView } from '../context/instance-view';
import type { SelectionContext } from '../context/selection-context';
import { findActionUnderWay, toVisitState } from '../context/visit-state';
import type { ContinueReason, LifecycleAction } from '../model/lifecycle-decision';
import { getModelFailure, type OverruleReason, type ProposedAction } from '../model/model-proposal';
import { getRequestedEnding, hasObligationAhead } from './completion';
import type { ScenarioStart, StartCandidate } from './scenario-start';
import { changeAction, isActive, pause, type TurnInstance } from './turn-instance';

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
  WAITS_FOR_CALL: true,
};

/**
 * Applies the action that the model chose where rules 2.3 to 2.10 leave CONTINUE (section 9). An instance that the model pauses or ends has no
 * walk.
 */
export function applyModelChoice(instance: TurnInstance, context: ProposalContext): TurnInstance {
  if (!canModelDecide(instance)) return instance;
  const action = getProposedAction(instance, context);
  if (action === undefined || action === 'CONTINUE' || findObjection(action, instance.view)) return instance;
  return toChosen(instance, action);
}

function toChosen(instance: TurnInstance, action: Exclude<ProposedAction, 'CONTINUE'>): TurnInstance {
  switch (action) {
    case 'PAUSE':
      return pause(instance, 'MODEL');
    case 'COMPLETE': {
      const { view } = instance;
      const ending = view.scenario ? getRequestedEnding(view, view.scenario) : 'SUCCEEDED';
      return changeAction(instance, { action, reason: 'MODEL', ending }, { walk: undefined });
    }
    case 'CANCEL':
      return changeAction(instance, { action, reason: 'MODEL' }, { walk: undefined });
  }
}

/** Returns the proposal of the model for an existing instance. */
export function getInstanceProposal(instance: TurnInstance, context: ProposalContext): ReportedProposal {
  const failure = getModelFailure(context.proposal);
  if (failure) return canModelDecide(instance) ? { proposed: undefined, overruledBy: failure } : noProposal;
  const proposed = getProposedAction(instance, context);
  if (proposed === undefined) return noProposal;
  if (proposed === instance.action) return { proposed, overruledBy: '' };
  const objection = canModelDecide(instance) ? findObjection(proposed, instance.view) : undefined;
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

function getProposedAction({ view }: TurnInstance, { proposal }: ProposalContext): ProposedAction | undefined {
  return proposal?.actions.get(view.instance.instanceId);
}

function canModelDecide(instance: TurnInstance): boolean {
  return isActive(instance) && instance.start === undefined && leavesChoiceToModel[instance.reason];
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
      return isActionUnderWay(view) ? 'AWAITS_RESULT' : undefined;
    case 'COMPLETE':
      if (isActionUnderWay(view)) return 'AWAITS_RESULT';
      return view.scenario && hasObligationAhead(view.instance, view.scenario) ? 'CHECKPOINT_AHEAD' : undefined;
  }
}

function isActionUnderWay({ instance, step }: InstanceView): boolean {
  return step !== undefined && findActionUnderWay(toVisitState(instance, step)) !== undefined;
}
