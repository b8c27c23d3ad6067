import type { Condition } from '../conditions';
import type { Scenario, ScenarioStep, StepTransition, ToolBinding } from '../model/scenario';
import type { CompileOptions } from './compile-options';
import type { ScenarioFinding } from './scenario-finding';

/** A transition with its condition compiled. */
export interface CompiledTransition {
  /** The author's id, else "<step id>/<n>" or "global/<n>", with n from 1. */
  readonly id: string;
  readonly targetStepId: string;
  readonly isGlobal: boolean;
  readonly condition: Condition | undefined;
  /** The transition has no rule and is therefore a default transition (3.2). */
  readonly isDefault: boolean;
  /** The only rule of the transition is a natural-language condition (3.4). */
  readonly isNaturalLanguageOnly: boolean;
  /** The transition has outcomes as a rule, or its condition reads `outcome`. It can be taken after DECLINED or a failure (3.2). */
  readonly readsOutcome: boolean;
  /** The fields of `condition_fields` and the `data` keys of the condition, without duplicates. */
  readonly fieldsRead: readonly string[];
  readonly definition: StepTransition;
}

/** A step with every property that its definition determines (3.1). */
export interface CompiledStep {
  readonly stepId: string;
  readonly name: string;
  /** 0-based position in the scenario; breaks ties (3.8). */
  readonly index: number;
  readonly collectedFields: readonly string[];
  readonly isTerminal: boolean;
  readonly isCheckpoint: boolean;
  /** The step is finished only after its action succeeded. */
  readonly isRequiredAction: boolean;
  readonly hasConfirmStage: boolean;
  readonly hasActStage: boolean;
  readonly hasInformStage: boolean;
  /** The setting of the definition, with the default of 3.1 applied. */
  readonly canSkip: boolean;
  /** A walk always ends here: terminal steps, checkpoints and required actions (3.5). */
  readonly stopsWalk: boolean;
  /** The visits and failures of the step are counted (3.6). */
  readonly countsLoops: boolean;
  /** The loop limit of the step, else of the scenario; undefined if the configuration decides (2.8). */
  readonly maxLoopCount: number | undefined;
  /** In `dependsOn` order, bindings before plain tool ids. */
  readonly tools: readonly ToolBinding[];
  /** The text of a CONFIRM: checkpoint description, else description, else name. */
  readonly actionDescription: string;
  /** ANYTIME transitions by descending priority; ties in the order of the definition. */
  readonly anytimeTransitions: readonly CompiledTransition[];
  /** ON_COMPLETION transitions by descending priority; ties in the order of the definition. */
  readonly completionTransitions: readonly CompiledTransition[];
  readonly definition: ScenarioStep;
}

/** A version of a scenario, compiled once and shared by all turns. */
export interface CompiledScenario {
  readonly scenarioId: string;
  readonly version: number;
  readonly name: string;
  readonly priority: number;
  readonly entryStep: CompiledStep;
  readonly steps: ReadonlyMap<string, CompiledStep>;
  /** By descending priority; ties in the order of the definition. */
  readonly globalTransitions: readonly CompiledTransition[];
  readonly transitionsById: ReadonlyMap<string, CompiledTransition>;
  /** Steps with `reachable_from_anywhere` by descending priority; ties in the order of the definition (3.8). */
  readonly recoverySteps: readonly CompiledStep[];
  /** Every field that a step collects, sorted. */
  readonly collectedFields: ReadonlySet<string>;
  readonly entryCondition: Condition | undefined;
  readonly completionCondition: Condition | undefined;
  readonly definition: Scenario;
}

/** A definition with all parts that could be compiled, before it is checked. */
export interface CompiledDraft {
  readonly scenario: Scenario;
  /** Contains only the first step of a repeated id. */
  readonly steps: ReadonlyMap<string, CompiledStep>;
  /** In the order of the definition. */
  readonly globalTransitions: readonly CompiledTransition[];
  readonly entryCondition: Condition | undefined;
  readonly completionCondition: Condition | undefined;
  readonly conditionFindings: readonly ScenarioFinding[];
  readonly options: CompileOptions;
}
