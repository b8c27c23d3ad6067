import { type Condition, compileCondition } from '../conditions';
import { checkComparisons } from '../fields/check-comparisons';
import type { Scenario, ScenarioStep, StepTransition, TransitionTrigger } from '../model/scenario';
import { type CompileOptions, defaultCompileOptions } from './compile-options';
import type { CompiledDraft, CompiledScenario, CompiledStep, CompiledTransition } from './compiled-scenario';
import { checkScenario } from './findings/check-scenario';
import {
  type FindingLocation,
  locateGlobalTransition,
  locateTransition,
  type ScenarioFinding,
} from './scenario-finding';
import { orderTools } from './tool-order';

/** The result of compiling a definition. */
export interface ScenarioCompilation {
  /** Undefined if a finding is an ERROR. */
  readonly compiled: CompiledScenario | undefined;
  readonly findings: readonly ScenarioFinding[];
}

/** Compiles conditions and collects their findings. */
class ConditionCompiler {
  readonly findings: ScenarioFinding[] = [];

  constructor(private readonly options: CompileOptions) {}

  /** Returns undefined if the text is empty or rejected. */
  compile(text: string, { fieldPath, stepId = '', transitionId = '' }: FindingLocation): Condition | undefined {
    if (text === '') return undefined;
    const { conditionLimits, fields } = this.options;
    const { condition, findings } = compileCondition(text, conditionLimits);
    const typeFindings = condition && fields ? checkComparisons(condition, fields) : [];
    for (const { line = 0, column = 0, ...finding } of [...findings, ...typeFindings]) {
      this.findings.push({ ...finding, fieldPath, stepId, transitionId, line, column });
    }
    return condition;
  }
}

/** Checks and compiles a definition. All findings are returned together. The same definition gives the same result. */
export function compileScenario(
  scenario: Scenario,
  version: number,
  options: CompileOptions = defaultCompileOptions,
): ScenarioCompilation {
  const draft = compileDraft(scenario, options);
  const { steps, globalTransitions, entryCondition, completionCondition } = draft;
  const findings = checkScenario(draft);
  const entryStep = steps.get(scenario.entryStepId);
  if (!entryStep || findings.some(({ severity }) => severity === 'ERROR')) return { compiled: undefined, findings };
  return {
    findings,
    compiled: {
      scenarioId: scenario.scenarioId,
      version,
      name: scenario.name,
      priority: scenario.priority,
      entryStep,
      steps,
      globalTransitions: sortByPriority(globalTransitions),
      transitionsById: indexTransitions(steps, globalTransitions),
      recoverySteps: [...steps.values()]
        .filter(({ definition }) => definition.reachableFromAnywhere)
        .sort((a, b) => b.definition.priority - a.definition.priority || a.index - b.index),
      collectedFields: new Set(scenario.steps.flatMap((step) => step.collectsProfileFields).sort()),
      entryCondition,
      completionCondition,
      definition: scenario,
    },
  };
}

function compileDraft(scenario: Scenario, options: CompileOptions): CompiledDraft {
  const conditions = new ConditionCompiler(options);
  const steps = new Map<string, CompiledStep>();
  scenario.steps.forEach((step, index) => {
    // Steps with a repeated id are also compiled, because their conditions can have findings.
    const compiled = compileStep(step, index, scenario, conditions);
    if (!steps.has(step.stepId)) steps.set(step.stepId, compiled);
  });
  const globalTransitions = scenario.globalTransitions.map((transition, index) =>
    compileTransition(transition, locateGlobalTransition(transition, index), conditions),
  );
  return {
    scenario,
    steps,
    globalTransitions,
    entryCondition: conditions.compile(scenario.entryCondition, { fieldPath: 'entry_condition' }),
    completionCondition: conditions.compile(scenario.completionCondition, { fieldPath: 'completion_condition' }),
    conditionFindings: conditions.findings,
    options,
  };
}

function compileStep(
  step: ScenarioStep,
  index: number,
  scenario: Scenario,
  conditions: ConditionCompiler,
): CompiledStep {
  const transitions = step.transitions.map((transition, transitionIndex) =>
    compileTransition(transition, locateTransition(step, index, transitionIndex), conditions),
  );
  const byTrigger: Readonly<Record<TransitionTrigger, CompiledTransition[]>> = { ANYTIME: [], ON_COMPLETION: [] };
  for (const transition of transitions) byTrigger[transition.definition.trigger].push(transition);
  const collectedFields = step.collectsProfileFields;
  const hasActStage = step.toolBindings.length > 0 || step.toolIds.length > 0;
  const hasConfirmStage =
    step.requiresConfirmation ?? (step.isCheckpoint || (step.performsAction && step.isRequiredAction));
  const stopsWalk = step.isTerminal || step.isCheckpoint || step.isRequiredAction;
  return {
    stepId: step.stepId,
    name: step.name || step.stepId,
    index,
    collectedFields,
    isTerminal: step.isTerminal,
    isCheckpoint: step.isCheckpoint,
    isRequiredAction: step.isRequiredAction,
    hasConfirmStage,
    hasActStage,
    hasInformStage: step.templateIds.length > 0,
    canSkip: step.canSkip ?? (collectedFields.length > 0 && !stopsWalk),
    stopsWalk,
    countsLoops: collectedFields.length > 0 || hasConfirmStage || hasActStage,
    maxLoopCount: step.maxLoopCount ?? scenario.maxLoopCount,
    tools: orderTools(step).tools,
    actionDescription: step.checkpointDescription || step.description || step.name || step.stepId,
    anytimeTransitions: sortByPriority(byTrigger.ANYTIME),
    completionTransitions: sortByPriority(byTrigger.ON_COMPLETION),
    definition: step,
  };
}

function compileTransition(
  transition: StepTransition,
  location: Required<FindingLocation>,
  conditions: ConditionCompiler,
): CompiledTransition {
  const condition = conditions.compile(transition.condition, {
    ...location,
    fieldPath: `${location.fieldPath}.condition`,
  });
  const hasRule =
    transition.intentLabel !== '' ||
    transition.condition !== '' ||
    transition.conditionFields.length > 0 ||
    transition.outcomes.length > 0;
  return {
    id: location.transitionId,
    targetStepId: transition.targetStepId,
    isGlobal: location.stepId === '',
    condition,
    isDefault: !hasRule && transition.conditionText === '',
    isNaturalLanguageOnly: !hasRule && transition.conditionText !== '',
    readsOutcome: transition.outcomes.length > 0 || (condition?.reads.variables.includes('outcome') ?? false),
    fieldsRead: [...new Set([...transition.conditionFields, ...(condition?.reads.dataKeys ?? [])])],
    definition: transition,
  };
}

function indexTransitions(
  steps: ReadonlyMap<string, CompiledStep>,
  globalTransitions: readonly CompiledTransition[],
): ReadonlyMap<string, CompiledTransition> {
  const own = [...steps.values()].flatMap((step) => [...step.anytimeTransitions, ...step.completionTransitions]);
  return new Map([...own, ...globalTransitions].map((transition) => [transition.id, transition]));
}

/** By descending priority; ties keep their order, because Array.prototype.sort is stable. */
function sortByPriority(transitions: readonly CompiledTransition[]): readonly CompiledTransition[] {
  return [...transitions].sort((a, b) => b.definition.priority - a.definition.priority);
}
