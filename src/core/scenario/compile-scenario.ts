import { type Condition, compileCondition, getCompileWork } from '../conditions';
import { checkComparisons } from '../fields/check-comparisons';
import { Allowance } from '../model/allowance';
import { FindingList, runWithoutPauses } from '../model/findings';
import type {
  Scenario,
  ScenarioStep,
  SpeakMode,
  StepTransition,
  ToolEffect,
  TransitionTrigger,
} from '../model/scenario';
import type { VisitOutcome } from '../model/turn';
import { type CompileOptions, defaultCompileOptions } from './compile-options';
import type {
  CompiledDraft,
  CompiledScenario,
  CompiledStep,
  CompiledTool,
  CompiledTransition,
} from './compiled-scenario';
import { checkScenario } from './findings/check-scenario';
import {
  type FindingLocation,
  locateGlobalTransition,
  locateTransition,
  type ScenarioFinding,
} from './scenario-finding';
import { buildStepGraph } from './step-graph';
import { orderTools } from './tool-order';
import { hasRule } from './transition-rule';

/** The result of compiling a definition. */
export interface ScenarioCompilation {
  /** Undefined if a finding is an ERROR. */
  readonly compiled: CompiledScenario | undefined;
  /** ERRORs first; those of the same severity in the order of the checks, then of the definition. At most `maxFindings`. */
  readonly findings: readonly ScenarioFinding[];
  /** The number of findings that are not listed. */
  readonly omittedFindings: number;
}

/** Compiles conditions and collects their findings. */
class ConditionCompiler {
  readonly findings = new FindingList<ScenarioFinding>();

  constructor(
    private readonly options: CompileOptions,
    private readonly allowance: Allowance,
  ) {}

  /** Returns undefined if the text is empty or rejected. */
  compile(text: string, { fieldPath, stepId = '', transitionId = '' }: FindingLocation): Condition | undefined {
    if (text === '') return undefined;
    const { conditionLimits, fields } = this.options;
    this.allowance.spend('compiled conditions', getCompileWork(text));
    const { condition, findings } = compileCondition(text, conditionLimits);
    const typeFindings = condition && fields ? checkComparisons(condition, fields) : [];
    for (const { line = 0, column = 0, ...finding } of [...findings, ...typeFindings]) {
      this.findings.add({ ...finding, fieldPath, stepId, transitionId, line, column });
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
  return runWithoutPauses(compileInParts(scenario, version, options, new Allowance(Number.POSITIVE_INFINITY)));
}

/**
 * Checks and compiles a definition as `compileScenario` does, and yields where it can pause: after each step, each condition and each search of
 * the graph. Between two of these places it spends what the longest condition needs, or five units for each step and transition.
 *
 * @throws OrchestratorError WORK_LIMIT if the definition needs more work than the allowance has left.
 */
export function* compileInParts(
  scenario: Scenario,
  version: number,
  options: CompileOptions,
  allowance: Allowance,
): Generator<void, ScenarioCompilation> {
  const draft = yield* compileDraft(scenario, options, allowance);
  const { steps, globalTransitions, entryCondition, completionCondition, cancelCondition } = draft;
  const list = yield* checkScenario(draft);
  const result = { findings: list.list(), omittedFindings: list.omitted };
  const entryStep = steps.get(scenario.entryStepId);
  if (!entryStep || list.hasErrors) return { compiled: undefined, ...result };
  const allSteps = [...steps.values()];
  const collectedFields = allSteps.flatMap((step) => step.collectedFields).sort();
  const tools = allSteps.flatMap((step) => step.tools);
  return {
    ...result,
    compiled: {
      scenarioId: scenario.scenarioId,
      version,
      name: scenario.name,
      priority: scenario.priority,
      entryStep,
      steps,
      globalTransitions: sortByPriority(globalTransitions),
      hasTimedGlobalTransitions: globalTransitions.some(isTimed),
      transitionsById: indexTransitions(steps, globalTransitions),
      graph: buildStepGraph(draft),
      recoverySteps: allSteps
        .filter(({ isRecovery }) => isRecovery)
        .sort((a, b) => b.definition.priority - a.definition.priority || a.index - b.index),
      collectedFields: new Set(collectedFields),
      askableFields: new Set([...collectedFields, ...scenario.requiredFields.map(({ fieldName }) => fieldName)]),
      optionalFields: new Set(allSteps.flatMap((step) => [...step.optionalFields])),
      localFields: new Set(scenario.localFields),
      toolVariables: new Set(tools.flatMap(({ variableNames }) => variableNames)),
      writeToolIds: new Set(tools.filter(({ effect }) => effect === 'WRITE').map(({ toolId }) => toolId)),
      entryCondition,
      completionCondition,
      cancelCondition,
      definition: scenario,
    },
  };
}

function* compileDraft(
  scenario: Scenario,
  options: CompileOptions,
  allowance: Allowance,
): Generator<void, CompiledDraft> {
  const conditions = new ConditionCompiler(options, allowance);
  const steps = new Map<string, CompiledStep>();
  for (const [index, step] of scenario.steps.entries()) {
    // Steps with a repeated id are also compiled, because their conditions can have findings.
    const compiled = yield* compileStep(step, index, scenario, conditions);
    if (!steps.has(step.stepId)) steps.set(step.stepId, compiled);
  }
  const globalTransitions: CompiledTransition[] = [];
  for (const [index, transition] of scenario.globalTransitions.entries()) {
    globalTransitions.push(compileTransition(transition, locateGlobalTransition(transition, index), conditions));
    yield;
  }
  return {
    scenario,
    steps,
    globalTransitions,
    entryCondition: conditions.compile(scenario.entryCondition, { fieldPath: 'entry_condition' }),
    completionCondition: conditions.compile(scenario.completionCondition, { fieldPath: 'completion_condition' }),
    cancelCondition: conditions.compile(scenario.cancelCondition, { fieldPath: 'cancel_condition' }),
    conditionFindings: conditions.findings,
    options,
    allowance,
  };
}

function* compileStep(
  step: ScenarioStep,
  index: number,
  scenario: Scenario,
  conditions: ConditionCompiler,
): Generator<void, CompiledStep> {
  const transitions: CompiledTransition[] = [];
  for (const [transitionIndex, transition] of step.transitions.entries()) {
    transitions.push(compileTransition(transition, locateTransition(step, index, transitionIndex), conditions));
    yield;
  }
  const byTrigger: Readonly<Record<TransitionTrigger, CompiledTransition[]>> = { ANYTIME: [], ON_COMPLETION: [] };
  for (const transition of transitions) byTrigger[transition.definition.trigger].push(transition);
  const collectedFields = step.collectsProfileFields;
  const tools = compileTools(step);
  const toolVariables = new Set(tools.flatMap(({ variableNames }) => variableNames));
  const hasActStage = tools.length > 0;
  const isWriteAction = tools.some(({ effect }) => effect === 'WRITE');
  const isReadAction = hasActStage && !isWriteAction;
  const confirmsAction = step.performsAction && step.isRequiredAction && !isReadAction;
  const hasConfirmStage = step.requiresConfirmation ?? (step.isCheckpoint || confirmsAction);
  const stopsWalk = step.isTerminal || step.isCheckpoint || step.isRequiredAction;
  const canSkip = step.canSkip ?? (collectedFields.length > 0 && !stopsWalk);
  const speaksWithNext = isSpokenWithNext[step.speak] && step.templateIds.length > 0;
  return {
    stepId: step.stepId,
    name: step.name || step.stepId,
    index,
    collectedFields,
    optionalFields: new Set(step.optionalFields),
    call: step.calls,
    isTerminal: step.isTerminal,
    ending: step.ending,
    isCheckpoint: step.isCheckpoint,
    isRequiredAction: step.isRequiredAction,
    isReadAction,
    isWriteAction,
    countsAsCheckpoint: step.isCheckpoint || (step.isRequiredAction && isWriteAction),
    hasConfirmStage,
    hasActStage,
    hasInformStage: step.templateIds.length > 0 && !speaksWithNext,
    speaksWithNext,
    canSkip,
    canBePassedOver: canSkip && collectedFields.length > 0 && !hasConfirmStage && !step.isRequiredAction,
    stopsWalk,
    isRecovery: step.isRecovery ?? step.reachableFromAnywhere,
    isReturnTarget: transitions.some(({ returns }) => returns),
    countsLoops: collectedFields.length > 0 || hasConfirmStage || hasActStage,
    maxLoopCount: step.maxLoopCount ?? scenario.maxLoopCount,
    maxAttempts: step.maxAttempts ?? scenario.maxAttempts,
    tools,
    toolVariables,
    readsActionResult: transitions.some((transition) => readsActionResult(transition, toolVariables)),
    actionDescription: step.checkpointDescription || step.description || step.name || step.stepId,
    anytimeTransitions: sortByPriority(byTrigger.ANYTIME),
    completionTransitions: sortByPriority(byTrigger.ON_COMPLETION),
    hasTimedTransitions: transitions.some(isTimed),
    definition: step,
  };
}

const isSpokenWithNext: Readonly<Record<SpeakMode, boolean>> = { INFORM: false, WITH_NEXT: true };

/** Orders the tools and applies the default of their effect (3.1). */
function compileTools(step: ScenarioStep): readonly CompiledTool[] {
  const defaultEffect: ToolEffect = step.isRequiredAction ? 'WRITE' : 'READ';
  return orderTools(step).tools.map((tool) => ({ ...tool, effect: tool.effect ?? defaultEffect }));
}

/** Whether a transition depends on the result of the tools of its step (3.1). Reads of unnamed keys may be reads of a variable. */
function readsActionResult(
  { readsActionOutcome, fieldsRead, condition }: CompiledTransition,
  toolVariables: ReadonlySet<string>,
): boolean {
  if (readsActionOutcome || fieldsRead.some((field) => toolVariables.has(field))) return true;
  if (condition === undefined || toolVariables.size === 0) return false;
  return condition.reads.hasDynamicDataReads || condition.reads.variables.includes('instance');
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
  const isRuled = hasRule(transition);
  const conditionReadsOutcome = condition?.reads.variables.includes('outcome') ?? false;
  return {
    id: location.transitionId,
    targetStepId: transition.targetStepId,
    isGlobal: location.stepId === '',
    returns: transition.returns,
    condition,
    afterMs: transition.afterMs,
    isDefault: !isRuled && transition.conditionText === '',
    isNaturalLanguageOnly: !isRuled && transition.conditionText !== '',
    readsOutcome: transition.outcomes.length > 0 || conditionReadsOutcome,
    conditionReadsOutcome,
    readsActionOutcome: conditionReadsOutcome || transition.outcomes.some((outcome) => isActionOutcome[outcome]),
    fieldsRead: [...new Set([...transition.conditionFields, ...(condition?.reads.dataKeys ?? [])])],
    definition: transition,
  };
}

function isTimed({ afterMs }: CompiledTransition): boolean {
  return afterMs !== undefined;
}

const isActionOutcome: Readonly<Record<VisitOutcome, boolean>> = {
  CONFIRMED: false,
  DECLINED: false,
  ACTION_SUCCEEDED: true,
  ACTION_FAILED: true,
  CALL_SUCCEEDED: false,
  CALL_FAILED: false,
  CALL_CANCELLED: false,
};

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
