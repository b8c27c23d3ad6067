import { type Condition, type ConditionLimits, compileCondition } from '../conditions';
import type { Scenario, ScenarioStep, StepTransition } from '../model/scenario';
import { type CompileOptions, defaultCompileOptions } from './compile-options';
import type { CompiledScenario, CompiledStep, CompiledTransition } from './compiled-scenario';
import { checkScenario } from './findings/check-scenario';
import type { ScenarioFinding } from './scenario-finding';
import { orderTools } from './tool-order';

/** A compiled scenario with everything that was found; `compiled` is undefined where a finding is an ERROR. */
export interface ScenarioCompilation {
  readonly compiled: CompiledScenario | undefined;
  /** In the order of the definition. */
  readonly findings: readonly ScenarioFinding[];
}

/** A condition's text with where it stands in the definition. */
export interface ConditionLocation {
  readonly fieldPath: string;
  readonly stepId: string;
  readonly transitionId: string;
}

/** Parses every condition once and remembers what was found in it. */
export class ConditionCompiler {
  readonly findings: ScenarioFinding[] = [];
  private readonly limits: ConditionLimits;

  constructor(limits: ConditionLimits) {
    this.limits = limits;
  }

  /** The condition, or undefined where the text is empty or refused. */
  compile(text: string, site: ConditionLocation): Condition | undefined {
    if (text === '') return undefined;
    const { condition, findings } = compileCondition(text, this.limits);
    for (const { severity, code, message, line, column } of findings) {
      this.findings.push({ ...site, severity, code, message, line: line ?? 0, column: column ?? 0 });
    }
    return condition;
  }
}

/** Checks and compiles a definition: all findings at once (DESIGN 2). Pure; the same definition gives the same result. */
export function compileScenario(
  scenario: Scenario,
  version: number,
  options: CompileOptions = defaultCompileOptions,
): ScenarioCompilation {
  const conditions = new ConditionCompiler(options.conditionLimits);
  const steps = new Map<string, CompiledStep>();
  scenario.steps.forEach((step, order) => {
    // One of a repeated id is compiled, too: its conditions may have faults of their own.
    const compiled = compileStep(step, order, scenario, conditions);
    if (!steps.has(step.stepId)) steps.set(step.stepId, compiled);
  });
  const globals = scenario.globalTransitions.map((transition, index) =>
    compileTransition(
      transition,
      `global/${index + 1}`,
      { path: `global_transitions[${index}]`, stepId: '' },
      conditions,
    ),
  );
  const site = { stepId: '', transitionId: '' };
  const entryCondition = conditions.compile(scenario.entryCondition, { ...site, fieldPath: 'entry_condition' });
  const completionCondition = conditions.compile(scenario.completionCondition, {
    ...site,
    fieldPath: 'completion_condition',
  });
  const entry = steps.get(scenario.entryStepId);
  const findings = checkScenario({
    scenario,
    steps,
    globalTransitions: globals,
    entryCondition,
    completionCondition,
    conditionFindings: conditions.findings,
    options,
  });
  if (!entry || findings.some((finding) => finding.severity === 'ERROR')) return { compiled: undefined, findings };
  return {
    findings,
    compiled: {
      scenarioId: scenario.scenarioId,
      version,
      name: scenario.name,
      priority: scenario.priority,
      entryStep: entry,
      steps,
      globalTransitions: byPriority(globals),
      transitionsById: transitionsById(steps, globals),
      recoverySteps: [...steps.values()]
        .filter((step) => step.definition.reachableFromAnywhere)
        .sort((a, b) => b.definition.priority - a.definition.priority || a.index - b.index),
      collectedFields: new Set(scenario.steps.flatMap((step) => step.collectsProfileFields).sort()),
      entryCondition,
      completionCondition,
      definition: scenario,
    },
  };
}

function compileStep(
  step: ScenarioStep,
  order: number,
  scenario: Scenario,
  conditions: ConditionCompiler,
): CompiledStep {
  const transitions = step.transitions.map((transition, index) =>
    compileTransition(
      transition,
      `${step.stepId}/${index + 1}`,
      { path: `steps[${order}].transitions[${index}]`, stepId: step.stepId },
      conditions,
    ),
  );
  const collects = step.collectsProfileFields;
  const hasAct = step.toolBindings.length > 0 || step.toolIds.length > 0;
  const hasConfirm = step.requiresConfirmation ?? (step.isCheckpoint || (step.performsAction && step.isRequiredAction));
  const stopsWalk = step.isTerminal || step.isCheckpoint || step.isRequiredAction;
  return {
    stepId: step.stepId,
    name: step.name || step.stepId,
    index: order,
    collectedFields: collects,
    isTerminal: step.isTerminal,
    isCheckpoint: step.isCheckpoint,
    isRequiredAction: step.isRequiredAction,
    hasConfirmStage: hasConfirm,
    hasActStage: hasAct,
    hasInformStage: step.templateIds.length > 0,
    canSkip: step.canSkip ?? (collects.length > 0 && !stopsWalk),
    stopsWalk,
    countsLoops: collects.length > 0 || hasConfirm || hasAct,
    maxLoopCount: step.maxLoopCount ?? scenario.maxLoopCount,
    tools: orderTools(step).tools,
    actionDescription: step.checkpointDescription || step.description || step.name || step.stepId,
    anytimeTransitions: byPriority(transitions.filter(({ definition }) => definition.trigger === 'ANYTIME')),
    completionTransitions: byPriority(transitions.filter(({ definition }) => definition.trigger === 'ON_COMPLETION')),
    definition: step,
  };
}

function compileTransition(
  transition: StepTransition,
  defaultId: string,
  at: { readonly path: string; readonly stepId: string },
  conditions: ConditionCompiler,
): CompiledTransition {
  const id = transition.transitionId || defaultId;
  const condition = conditions.compile(transition.condition, {
    fieldPath: `${at.path}.condition`,
    stepId: at.stepId,
    transitionId: id,
  });
  const statesRule =
    transition.intentLabel !== '' ||
    transition.condition !== '' ||
    transition.conditionFields.length > 0 ||
    transition.outcomes.length > 0;
  return {
    id,
    targetStepId: transition.targetStepId,
    isGlobal: at.stepId === '',
    condition,
    isDefault: !statesRule && transition.conditionText === '',
    isNaturalLanguageOnly: !statesRule && transition.conditionText !== '',
    readsOutcome: transition.outcomes.length > 0 || (condition?.reads.variables.includes('outcome') ?? false),
    fieldsRead: [...new Set([...transition.conditionFields, ...(condition?.reads.dataKeys ?? [])])],
    definition: transition,
  };
}

function transitionsById(
  steps: ReadonlyMap<string, CompiledStep>,
  globals: readonly CompiledTransition[],
): ReadonlyMap<string, CompiledTransition> {
  const all = [...steps.values()].flatMap((step) => [...step.anytimeTransitions, ...step.completionTransitions]);
  return new Map([...all, ...globals].map((transition) => [transition.id, transition]));
}

/** High priority first; equal ones stay as written, as Array.prototype.sort is stable. */
function byPriority(transitions: readonly CompiledTransition[]): readonly CompiledTransition[] {
  return [...transitions].sort((a, b) => b.definition.priority - a.definition.priority);
}
