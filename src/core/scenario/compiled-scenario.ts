import type { Condition } from '../conditions';
import type { Scenario, ScenarioStep, StepTransition, ToolBinding } from '../model/scenario';

/** A transition with its condition parsed. */
export interface CompiledTransition {
  /** The author's id, else "<step id>/<n>" or "global/<n>" counted from 1. */
  readonly id: string;
  readonly targetStepId: string;
  readonly isGlobal: boolean;
  readonly condition: Condition | undefined;
  /** States nothing: the default edge (3.2). */
  readonly isDefault: boolean;
  /** States a natural-language text and nothing else (3.4). */
  readonly isNaturalLanguageOnly: boolean;
  /** States outcomes, or its condition reads `outcome`: eligible after DECLINED or a failure (3.2). */
  readonly readsOutcome: boolean;
  /** Fields that it reads: `condition_fields` and the `data` keys of its condition; each once. */
  readonly fieldsRead: readonly string[];
  readonly definition: StepTransition;
}

/** A step with everything decided that its definition alone decides (3.1). */
export interface CompiledStep {
  readonly stepId: string;
  readonly name: string;
  /** Place in the scenario's list; breaks ties (3.8). */
  readonly index: number;
  readonly collectedFields: readonly string[];
  readonly isTerminal: boolean;
  readonly isCheckpoint: boolean;
  /** Not done before its action has succeeded. */
  readonly isRequiredAction: boolean;
  readonly hasConfirmStage: boolean;
  readonly hasActStage: boolean;
  readonly hasInformStage: boolean;
  /** With the default of 3.1 filled in. */
  readonly canSkip: boolean;
  /** Never walked through, whatever is known: terminal steps, checkpoints and required actions (3.5). */
  readonly stopsWalk: boolean;
  /** Visits and failures of it are counted (3.6). */
  readonly countsLoops: boolean;
  /** The step's own loop limit, else the scenario's; undefined: the configuration's (2.8). */
  readonly maxLoopCount: number | undefined;
  /** In `dependsOn` order, bindings before bare tool ids. */
  readonly tools: readonly ToolBinding[];
  /** What a CONFIRM of it says: checkpoint description, else description, else name. */
  readonly actionDescription: string;
  /** ANYTIME transitions by priority, high first, then as written. */
  readonly anytimeTransitions: readonly CompiledTransition[];
  /** ON_COMPLETION transitions by priority, high first, then as written. */
  readonly completionTransitions: readonly CompiledTransition[];
  readonly definition: ScenarioStep;
}

/** One version of a scenario, built once a version and shared by all turns. */
export interface CompiledScenario {
  readonly scenarioId: string;
  readonly version: number;
  readonly name: string;
  readonly priority: number;
  readonly entryStep: CompiledStep;
  readonly steps: ReadonlyMap<string, CompiledStep>;
  /** By priority, high first, then as written. */
  readonly globalTransitions: readonly CompiledTransition[];
  /** Every transition by id. */
  readonly transitionsById: ReadonlyMap<string, CompiledTransition>;
  /** Steps with `reachable_from_anywhere`, by priority, high first, then as written (3.8). */
  readonly recoverySteps: readonly CompiledStep[];
  /** Every field that one of its steps collects; sorted. */
  readonly collectedFields: ReadonlySet<string>;
  readonly entryCondition: Condition | undefined;
  readonly completionCondition: Condition | undefined;
  readonly definition: Scenario;
}
