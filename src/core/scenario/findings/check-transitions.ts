import type { ScenarioStep, StepTransition } from '../../model/scenario';
import { type Check, checkEachStep, NameSuggestions } from '../checks';
import type { CompiledDraft, CompiledStep, CompiledTransition, StepEdges, StepGraph } from '../compiled-scenario';
import {
  createError,
  createWarning,
  type FindingLocation,
  locateField,
  locateGlobalTransition,
  locateTransition,
  type ScenarioFinding,
} from '../scenario-finding';
import { buildStepGraph, findReachableSteps, findShadowedTransitions, followEdges, reverseEdges } from '../step-graph';
import { hasRule } from '../transition-rule';

/** Finds transitions that have no valid target, lack a required rule, or are never taken. */
export function* checkTransitions(draft: CompiledDraft): Check {
  const { steps, globalTransitions, allowance } = draft;
  const globalTargets = new Set(globalTransitions.map(({ targetStepId }) => targetStepId));
  const stepNames = new NameSuggestions(steps.keys(), allowance);
  const loops = new SilentLoops(draft);
  yield* checkEachStep(draft, (step, stepIndex, compiled) => [
    ...step.transitions.flatMap((transition, index) =>
      checkTransition(draft, transition, locateTransition(step, stepIndex, index), stepNames),
    ),
    ...checkShadowedTransitions(step, stepIndex, compiled),
    ...checkAnytimeTransitions(step, stepIndex),
    ...checkReturns(step, stepIndex, globalTargets),
    ...(compiled === undefined ? [] : checkClearedFields(step, compiled, loops)),
  ]);
  for (const [index, transition] of globalTransitions.entries()) {
    const location = locateGlobalTransition(transition.definition, index);
    yield* checkTransition(draft, transition.definition, location, stepNames);
    yield* checkGlobalTransition(transition, location, steps.get(transition.targetStepId)?.definition);
  }
}

function checkTransition(
  { steps, options }: CompiledDraft,
  transition: StepTransition,
  location: Required<FindingLocation>,
  stepNames: NameSuggestions,
): readonly ScenarioFinding[] {
  const findings: ScenarioFinding[] = [];
  const { transitionId } = location;
  if (transition.returns && transition.targetStepId !== '') {
    const message = `Transition "${transitionId}" returns and has a target. Remove target_step_id, or returns.`;
    findings.push(createError('RETURNS_WITH_TARGET', message, locateField(location, 'target_step_id')));
  }
  if (!transition.returns && !steps.has(transition.targetStepId)) {
    const nearest = stepNames.find(transition.targetStepId);
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
  if (compiled === undefined) return [];
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
  step: ScenarioStep,
  compiled: CompiledStep,
  loops: SilentLoops,
): readonly ScenarioFinding[] {
  if (!isSilent(compiled) || step.transitions.every(({ clears }) => clears.length === 0)) return [];
  const transitions = new Map(
    [...compiled.anytimeTransitions, ...compiled.completionTransitions].map((each) => [each.definition, each]),
  );
  const passedCollectors = loops.findPassedCollectors(compiled);
  return step.transitions.flatMap((transition, index) => {
    if (transition.clears.length === 0) return [];
    const readFields = transitions.get(transition)?.fieldsRead ?? [];
    const cleared = new Set(transition.clears.filter((field) => !readFields.includes(field)));
    const collector = loops
      .selectReachable(passedCollectors, transition.targetStepId)
      .find(({ collectedFields }) => collectedFields.some((each) => cleared.has(each)));
    if (collector === undefined) return [];
    const location = locateTransition(step, compiled.index, index);
    const fields = [...cleared]
      .filter((field) => collector.collectedFields.includes(field))
      .map((field) => `"${field}"`);
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

/** Finds loops through steps without stages. Each search takes time proportional to the size of the scenario. */
class SilentLoops {
  private readonly graph: StepGraph;
  private readonly silentPredecessors: StepEdges;
  private readonly collectors: readonly CompiledStep[];
  private readonly size: number;

  constructor(private readonly draft: CompiledDraft) {
    const { steps } = draft;
    this.graph = buildStepGraph({ steps, globalTransitions: [] });
    const { successors } = this.graph;
    const silent = [...successors].filter(([stepId]) => [steps.get(stepId)].some((each) => each && isSilent(each)));
    this.silentPredecessors = reverseEdges(new Map(silent));
    this.collectors = [...steps.values()].filter(({ collectedFields }) => collectedFields.length > 0);
    this.size = [...successors.values()].reduce((sum, targets) => sum + 2 + targets.length, 0);
  }

  /** Finds the steps that collect fields and from which a walk can come to a silent step through silent steps only. */
  findPassedCollectors(step: CompiledStep): readonly CompiledStep[] {
    this.draft.allowance.spend('checks', this.size);
    const before = followEdges(new Set([step.stepId]), this.silentPredecessors);
    return this.collectors.filter(({ stepId }) =>
      (this.graph.successors.get(stepId) ?? []).some((target) => before.has(target)),
    );
  }

  /** Selects the steps that are reachable from a step. */
  selectReachable(steps: readonly CompiledStep[], fromStepId: string): readonly CompiledStep[] {
    if (steps.length === 0) return steps;
    this.draft.allowance.spend('checks', this.size);
    const reachable = findReachableSteps([fromStepId], this.graph);
    return steps.filter(({ stepId }) => reachable.has(stepId));
  }
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
