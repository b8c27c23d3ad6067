import { findNearestName } from '../../model/nearest-name';
import type { ScenarioStep, StepTransition } from '../../model/scenario';
import type { CompiledDraft, CompiledStep, CompiledTransition, StepGraph } from '../compiled-scenario';
import {
  createError,
  createWarning,
  type FindingLocation,
  locateField,
  locateGlobalTransition,
  locateTransition,
  type ScenarioFinding,
} from '../scenario-finding';
import { buildStepGraph, findReachableSteps, findShadowedTransitions } from '../step-graph';

/** Finds transitions that have no valid target, lack a required rule, or are never taken. */
export function checkTransitions(draft: CompiledDraft): readonly ScenarioFinding[] {
  const { scenario, steps, globalTransitions } = draft;
  const ownGraph = buildStepGraph({ steps, globalTransitions: [] });
  return [
    ...scenario.steps.flatMap((step, stepIndex) => [
      ...step.transitions.flatMap((transition, index) =>
        checkTransition(draft, transition, locateTransition(step, stepIndex, index)),
      ),
      ...checkShadowedTransitions(step, stepIndex, steps.get(step.stepId)),
      ...checkAnytimeTransitions(step, stepIndex),
      ...checkClearedFields(step, stepIndex, ownGraph),
    ]),
    ...globalTransitions.flatMap((transition, index) => {
      const location = locateGlobalTransition(transition.definition, index);
      return [
        ...checkTransition(draft, transition.definition, location),
        ...checkGlobalTransition(transition, location, steps.get(transition.targetStepId)?.definition),
      ];
    }),
  ];
}

function checkTransition(
  { steps, options }: CompiledDraft,
  transition: StepTransition,
  location: Required<FindingLocation>,
): readonly ScenarioFinding[] {
  const findings: ScenarioFinding[] = [];
  const { transitionId } = location;
  if (!steps.has(transition.targetStepId)) {
    const nearest = findNearestName(transition.targetStepId, [...steps.keys()]);
    const fix = nearest === undefined ? 'Set target_step_id to an existing step.' : `Did you mean "${nearest}"?`;
    const message = `Transition "${transitionId}" leads to "${transition.targetStepId}", which is not a step of the scenario. ${fix}`;
    findings.push(createError('DANGLING_TRANSITION', message, locateField(location, 'target_step_id')));
  }
  if (transition.conditionText === '') return findings;
  switch (options.semanticEvaluation) {
    case 'off': {
      const effect = hasRule(transition) ? 'that condition is ignored' : 'it is never taken';
      const message = `Transition "${transitionId}" has a condition in natural language, but semantic evaluation is off, so ${effect}. Turn semantic evaluation on, or write the condition in CEL.`;
      findings.push(createWarning('SEMANTIC_EVALUATION_OFF', message, locateField(location, 'condition_text')));
      break;
    }
    case 'embedding':
      if (transition.conditionEmbedding.length === 0) {
        const message = `Transition "${transitionId}" has a condition in natural language without a condition_embedding. Such conditions are evaluated by embedding, so it is never TRUE. Add the embedding.`;
        const field = locateField(location, 'condition_embedding');
        findings.push(createWarning('CONDITION_WITHOUT_EMBEDDING', message, field));
      }
      break;
    case 'llm':
      break;
  }
  return findings;
}

/** Whether the transition has a rule other than a natural-language condition. */
function hasRule({ intentLabel, condition, conditionFields, outcomes }: StepTransition): boolean {
  return intentLabel !== '' || condition !== '' || conditionFields.length > 0 || outcomes.length > 0;
}

function checkShadowedTransitions(
  step: ScenarioStep,
  stepIndex: number,
  compiled: CompiledStep | undefined,
): readonly ScenarioFinding[] {
  if (compiled?.index !== stepIndex) return [];
  const shadowed = new Set(findShadowedTransitions(compiled).map(({ definition }) => definition));
  return step.transitions.flatMap((transition, index) => {
    if (!shadowed.has(transition)) return [];
    const location = locateTransition(step, stepIndex, index);
    const message = `Transition "${location.transitionId}" is never taken, because a default transition of step "${step.stepId}" precedes it. Give it a higher priority.`;
    return [createWarning('HIDDEN_BY_DEFAULT', message, location)];
  });
}

/** Finds ANYTIME transitions without a rule, because they are TRUE on every turn. */
function checkAnytimeTransitions(step: ScenarioStep, stepIndex: number): readonly ScenarioFinding[] {
  return step.transitions.flatMap((transition, index) => {
    if (transition.trigger !== 'ANYTIME' || hasRule(transition) || transition.conditionText !== '') return [];
    const location = locateTransition(step, stepIndex, index);
    const message = `ANYTIME transition "${location.transitionId}" has no rule, so step "${step.stepId}" is left on every turn, finished or not. Add a rule, or use ON_COMPLETION.`;
    return [createWarning('ANYTIME_STATES_NOTHING', message, location)];
  });
}

/**
 * Finds transitions that lead back to their step, directly or in a loop, and clear what the step collects. `clears` keeps a value that was
 * provided on the same turn (3.2), which is the turn on which the customer answered.
 */
function checkClearedFields(step: ScenarioStep, stepIndex: number, graph: StepGraph): readonly ScenarioFinding[] {
  return step.transitions.flatMap((transition, index) => {
    const cleared = transition.clears.filter((field) => step.collectsProfileFields.includes(field));
    if (cleared.length === 0 || !findReachableSteps([transition.targetStepId], graph).has(step.stepId)) return [];
    const location = locateTransition(step, stepIndex, index);
    const fields = cleared.map((field) => `"${field}"`).join(', ');
    const message = `Transition "${location.transitionId}" leads back to step "${step.stepId}" and clears ${fields}, which the step itself collects. A value that was given on the same turn is not cleared, so the customer is not asked again. Clear it in a transition of another step that leads to this one.`;
    return [createWarning('CLEARS_OWN_FIELD', message, locateField(location, 'clears'))];
  });
}

function checkGlobalTransition(
  transition: CompiledTransition,
  location: Required<FindingLocation>,
  target: ScenarioStep | undefined,
): readonly ScenarioFinding[] {
  const findings: ScenarioFinding[] = [];
  if (transition.isDefault) {
    const message = `Global transition "${transition.id}" has no rule, so it would always be taken. Add a rule.`;
    findings.push(createError('GLOBAL_STATES_NOTHING', message, location));
  }
  if (target && !target.reachableFromAnywhere) {
    const message = `Global transition "${transition.id}" leads to "${target.stepId}", which is not marked reachable_from_anywhere. Mark the step, or use another target.`;
    findings.push(createError('GLOBAL_TARGET_NOT_REACHABLE', message, locateField(location, 'target_step_id')));
  }
  return findings;
}
