import { type InstanceView, isAwaitingActionResult } from '../context/instance-view';
import type { SelectionContext } from '../context/selection-context';
import type { LifecycleAction } from '../model/lifecycle-decision';
import { getModelFailure, type OverruleReason, type ProposedAction } from '../model/model-proposal';
import type { ScenarioInstance } from '../model/session';
import type { CompiledScenario } from '../scenario/compiled-scenario';
import { buildStepGraph, findReachableSteps } from '../scenario/step-graph';
import { type InstanceOutcome, overrideOutcome, type ScenarioStart } from './instance-outcome';

/** What the model proposed for an instance or a candidate, and why that did not stand (section 9). */
export interface ReportedProposal {
  /** Undefined where it proposed nothing. */
  readonly proposed: LifecycleAction | undefined;
  /** "" where the proposal stood, or there was no model. */
  readonly overruledBy: OverruleReason | '';
}

const nothing: ReportedProposal = { proposed: undefined, overruledBy: '' };

/**
 * The fate that the model chooses where the rules leave the choice, after all of them, 2.8 and 2.9 included; else the one that the
 * rules decided. Its choice makes no room for a start of the same turn and fulfils no dependency of it.
 */
export function applyModelChoice(each: InstanceOutcome, context: SelectionContext): InstanceOutcome {
  const chosen = leavesChoice(each) ? actionFor(each, context) : undefined;
  if (chosen === undefined || chosen === 'CONTINUE' || objectionTo(chosen, each.view)) return each;
  return overrideOutcome(each, chosen, 'MODEL');
}

/** What the model proposed for an instance, and whether that stood. */
export function getInstanceProposal(each: InstanceOutcome, context: SelectionContext): ReportedProposal {
  const reason = getModelFailure(context.proposal);
  if (reason) return leavesChoice(each) ? { proposed: undefined, overruledBy: reason } : nothing;
  const proposed = actionFor(each, context);
  if (proposed === undefined) return nothing;
  if (proposed === each.action) return { proposed, overruledBy: '' };
  const objection = leavesChoice(each) ? objectionTo(proposed, each.view) : undefined;
  return { proposed, overruledBy: objection ?? 'RULES' };
}

/** What the model proposed for a scenario that starts. */
export function getStartProposal(
  { origin, scenario: { scenarioId } }: Pick<ScenarioStart, 'origin' | 'scenario'>,
  { proposal }: SelectionContext,
): ReportedProposal {
  const reason = getModelFailure(proposal);
  if (reason) return origin === 'CANDIDATE' ? { proposed: undefined, overruledBy: reason } : nothing;
  switch (proposal?.fits.get(scenarioId)) {
    case true:
      return { proposed: 'START', overruledBy: '' };
    case false:
      return { proposed: undefined, overruledBy: 'RULES' };
    case undefined:
      return nothing;
  }
}

/** What the model proposed for a candidate that did not start. */
export function getRejectionProposal(
  { scenarioId, origin }: { readonly scenarioId: string; readonly origin: ScenarioStart['origin'] },
  { proposal }: SelectionContext,
): ReportedProposal {
  const reason = getModelFailure(proposal);
  if (reason) return origin === 'CANDIDATE' ? { proposed: undefined, overruledBy: reason } : nothing;
  return proposal?.fits.get(scenarioId) === true ? { proposed: 'START', overruledBy: 'RULES' } : nothing;
}

function actionFor({ view }: InstanceOutcome, { proposal }: SelectionContext): ProposedAction | undefined {
  return proposal?.actions.get(view.instance.instanceId);
}

/** Rules 2.3 to 2.10 leave CONTINUE: nothing ends, pauses, wakes or relocalizes the instance. */
function leavesChoice({ action, reason }: InstanceOutcome): boolean {
  return action === 'CONTINUE' && (reason === 'GOES_ON' || reason === 'QUIET');
}

/**
 * What keeps a proposal from standing. Nothing is completed past a checkpoint or a required action, or scenarios that depend on it
 * would start on what was never done; and nobody gives up what an executor is doing at that moment but the customer.
 */
function objectionTo(proposed: ProposedAction, view: InstanceView): OverruleReason | undefined {
  const ends = proposed === 'COMPLETE' || proposed === 'CANCEL';
  if (ends && isAwaitingActionResult(view)) return 'AWAITS_RESULT';
  if (proposed === 'COMPLETE' && view.scenario && checkpointAhead(view, view.scenario)) return 'CHECKPOINT_AHEAD';
  return undefined;
}

/** Whether a checkpoint or required action that was not passed can be reached from where the instance stands, its step included. */
function checkpointAhead({ instance }: InstanceView, scenario: CompiledScenario): boolean {
  const passed = passedSteps(instance);
  return [...findReachableSteps([instance.currentStepId], buildStepGraph(scenario))].some((stepId) => {
    const step = scenario.steps.get(stepId);
    return step !== undefined && (step.isCheckpoint || step.isRequiredAction) && !passed.has(stepId);
  });
}

/**
 * The checkpoints and required actions that need not be passed any more. A success that came late passed none (0.6), and where the
 * instance stands only this visit counts: who comes to a checkpoint again is asked again.
 */
function passedSteps({ irreversibleDone, currentStepId, visit }: ScenarioInstance): ReadonlySet<string> {
  const passed = irreversibleDone.filter(
    (done) => done.passed && (done.stepId !== currentStepId || done.visitNumber === visit.number),
  );
  return new Set(passed.map(({ stepId }) => stepId));
}
