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
import { buildStepGraph, findReachableSteps, findShadowedTransitions, reverseGraph } from '../step-graph';
import { hasRule } from '../transition-rule';

/** Finds transitions that have no valid target, lack a required rule, or are never taken. */
export function checkTransitions(draft: CompiledDraft): readonly ScenarioFinding[] {
  const { scenario, steps, globalTransitions } = draft;
  const ownGraph = buildStepGraph({ steps, globalTransitions: [] });
  const globalTargets = new Set(globalTransitions.map(({ targetStepId }) => targetStepId));
  return [
    ...scenario.steps.flatMap((step, stepIndex) => [
      ...step.transitions.flatMap((transition, index) =>
        checkTransition(draft, transition, locateTransition(step, stepIndex, index)),
      ),
      ...checkShadowedTransitions(step, stepIndex, steps.get(step.stepId)),
      ...checkAnytimeTransitions(step, stepIndex),
      ...checkReturns(step, stepIndex, globalTargets),
      ...checkClearedFields(draft, stepIndex, ownGraph),
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
  if (transition.returns && transition.targetStepId !== '') {
    const message = `Transition "${transitionId}" returns and has a target. Remove target_step_id, or returns.`;
    findings.push(createError('RETURNS_WITH_TARGET', message, locateField(location, 'target_step_id')));
  }
  if (!transition.returns && !steps.has(transition.targetStepId)) {
    const nearest = findNearestName(transition.targetStepId, [...steps.keys()]);
    const fix = nearest === undefined ? 'Set target_step_id to an existing step.' : `Did you mean "${nearest}"?`;
    const problem =
      transition.targetStepId === ''
        ? 'has no target'
        : `leads to "${transition.targetStepId}", which is not a step of the scenario`;
    const message = `Transition "${transitionId}" ${problem}. ${fix}`;
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

/** Finds transitions that return, at steps that no global transition leads to (3.2). */
function checkReturns(
  step: ScenarioStep,
  stepIndex: number,
  globalTargets: ReadonlySet<string>,
): readonly ScenarioFinding[] {
  if (globalTargets.has(step.stepId)) return [];
  return step.transitions.flatMap(({ returns }, index) => {
    if (!returns) return [];
    const location = locateTransition(step, stepIndex, index);
    const message = `Transition "${location.transitionId}" is never taken, because no global transition leads to step "${step.stepId}", so there is nothing to return to. Add the global transition, or set a target_step_id.`;
    return [createWarning('RETURN_WITHOUT_GLOBAL', message, locateField(location, 'returns'))];
  });
}

/**
 * Finds transitions that lead back to a step and cannot clear what it collects on the turn on which the customer gives it. `clears` keeps a
 * value of the same turn, unless the step that is left collects the field or the condition reads it (3.2). With the value, the walk cannot
 * enter the step again (3.5), so nothing is asked. Only steps without stages are left on the turn that enters them.
 */
function checkClearedFields(
  { scenario, steps }: CompiledDraft,
  stepIndex: number,
  graph: StepGraph,
): readonly ScenarioFinding[] {
  const step = scenario.steps[stepIndex];
  const compiled = step && steps.get(step.stepId);
  if (step === undefined || compiled?.index !== stepIndex || !isSilent(compiled)) return [];
  const transitions = [...compiled.anytimeTransitions, ...compiled.completionTransitions];
  return step.transitions.flatMap((transition, index) => {
    if (transition.clears.length === 0) return [];
    const readFields = transitions.find(({ definition }) => definition === transition)?.fieldsRead ?? [];
    const loop = findReachableSteps([transition.targetStepId], graph);
    const cleared = transition.clears.filter((field) => !readFields.includes(field));
    const collectors = findPassedCollectors(compiled, steps, graph).filter(({ stepId }) => loop.has(stepId));
    const collector = collectors.find(({ collectedFields }) => collectedFields.some((each) => cleared.includes(each)));
    if (collector === undefined) return [];
    const location = locateTransition(step, stepIndex, index);
    const fields = cleared.filter((field) => collector.collectedFields.includes(field)).map((field) => `"${field}"`);
    const message = `Transition "${location.transitionId}" leads back to step "${collector.stepId}" and clears ${fields.join(', ')}, which that step collects. On the turn on which the customer answers, the walk passes through step "${step.stepId}", and a value of the same turn is not cleared, so the customer is not asked again. Clear it in a transition of step "${collector.stepId}", or read it in the condition.`;
    return [createWarning('CLEARS_OWN_FIELD', message, locateField(location, 'clears'))];
  });
}

/** Whether a walk always leaves the step on the turn that enters it, regardless of the known data. */
function isSilent({
  collectedFields,
  call,
  hasConfirmStage,
  hasActStage,
  hasInformStage,
  stopsWalk,
}: CompiledStep): boolean {
  return (
    collectedFields.length === 0 &&
    call === undefined &&
    !(hasConfirmStage || hasActStage || hasInformStage || stopsWalk)
  );
}

/** Finds the steps that collect fields and from which a walk can come to a silent step through silent steps only. */
function findPassedCollectors(
  step: CompiledStep,
  steps: CompiledDraft['steps'],
  graph: StepGraph,
): readonly CompiledStep[] {
  const silent = new Map([...graph].filter(([stepId]) => [steps.get(stepId)].some((each) => each && isSilent(each))));
  const before = findReachableSteps([step.stepId], reverseGraph(silent));
  return [...steps.values()].filter(
    ({ stepId, collectedFields }) =>
      collectedFields.length > 0 && (graph.get(stepId) ?? []).some((target) => before.has(target)),
  );
}

function checkGlobalTransition(
  transition: CompiledTransition,
  location: Required<FindingLocation>,
  target: ScenarioStep | undefined,
): readonly ScenarioFinding[] {
  const findings: ScenarioFinding[] = [];
  if (transition.returns) {
    const message = `Global transition "${transition.id}" returns, but only the transitions of a step can return. Move it to the target step of a global transition.`;
    findings.push(createError('GLOBAL_RETURNS', message, locateField(location, 'returns')));
  }
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
