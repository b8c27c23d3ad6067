import type { Condition } from '../conditions';
import type { Allowance } from '../model/allowance';
import type { FindingList } from '../model/findings';
import type {
  Ending,
  Scenario,
  ScenarioStep,
  StepCall,
  StepTransition,
  ToolBinding,
  ToolEffect,
} from '../model/scenario';
import type { CompileOptions } from './compile-options';
import type { ScenarioFinding } from './scenario-finding';

/** The successors of each step by its own transitions, by step id. */
export type StepEdges = ReadonlyMap<string, readonly string[]>;

/** The transitions between the steps of a scenario. */
export interface StepGraph {
  readonly successors: StepEdges;
  /** The steps that global transitions lead to, from every other step. Without duplicates. */
  readonly globalTargets: readonly string[];
}

/** A tool with the default of its effect applied (3.1). */
export interface CompiledTool extends ToolBinding {
  readonly effect: ToolEffect;
}

/** A transition with its condition compiled. */
export interface CompiledTransition {
  /** The author's id, else "<step id>/<n>" or "global/<n>", with n from 1. */
  readonly id: string;
  /** "" for a transition that returns. */
  readonly targetStepId: string;
  readonly isGlobal: boolean;
  /** The transition goes back to the step and visit that a global transition left (3.2). It is FALSE if none led here in this visit. */
  readonly returns: boolean;
  readonly condition: Condition | undefined;
  /** Time since the later of the visit's opening and the last MESSAGE turn, in ms (section 14). Undefined: no rule. */
  readonly afterMs: number | undefined;
  /** The transition has no rule and is therefore a default transition (3.2). */
  readonly isDefault: boolean;
  /** The only rule of the transition is a natural-language condition (3.4). */
  readonly isNaturalLanguageOnly: boolean;
  /** The transition has outcomes as a rule, or its condition reads `outcome`. It can be taken after DECLINED or a failure (3.2). */
  readonly readsOutcome: boolean;
  /** The condition reads `outcome`. */
  readonly conditionReadsOutcome: boolean;
  /** The transition states ACTION_SUCCEEDED or ACTION_FAILED, or its condition reads `outcome` (0.6). */
  readonly readsActionOutcome: boolean;
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
  /** Fields that are also settled when the customer declined them or left them out (3.1). */
  readonly optionalFields: ReadonlySet<string>;
  /** The scenario that the call stage runs; undefined if the step has no call stage (section 11). */
  readonly call: StepCall | undefined;
  readonly isTerminal: boolean;
  /** How a run that ends at this terminal step ends (2.3). */
  readonly ending: Ending;
  /** The definition marks the step as a checkpoint. */
  readonly isCheckpoint: boolean;
  /** The act stage is finished only after the action succeeded. */
  readonly isRequiredAction: boolean;
  /** The step has tools, and all of them only look something up (3.1). */
  readonly isReadAction: boolean;
  /** The step has a tool that changes something outside (3.1). */
  readonly isWriteAction: boolean;
  /** No instance moves back past the step once it was passed: a checkpoint, or a required WRITE action (3.7). */
  readonly countsAsCheckpoint: boolean;
  readonly hasConfirmStage: boolean;
  readonly hasActStage: boolean;
  /** The step has templates that are contributed as an INFORM. */
  readonly hasInformStage: boolean;
  /** The step has templates that the next contribution carries (3.1). It then has no inform stage. */
  readonly speaksWithNext: boolean;
  /** The setting of the definition, with the default of 3.1 applied. */
  readonly canSkip: boolean;
  /**
   * The definition allows a walk to pass over the step (3.5): `canSkip`, a collected field, no confirm stage and no required action. In
   * addition, skipping must be enabled, all fields must be settled, the call must be done, and no READ action must have to run again.
   */
  readonly canBePassedOver: boolean;
  /** No walk continues past this step on the turn that enters it: terminal steps, checkpoints and required actions (3.5). */
  readonly stopsWalk: boolean;
  /** Relocalization can move an instance here (3.8). */
  readonly isRecovery: boolean;
  /** A transition of the step `returns`. A global transition to it does not end the visit that it leaves (0.8). */
  readonly isReturnTarget: boolean;
  /** The visits and failures of the step are counted (3.6). */
  readonly countsLoops: boolean;
  /** The loop limit of the step, else of the scenario; undefined if the configuration decides (2.8). */
  readonly maxLoopCount: number | undefined;
  /** The limit on attempts of the step, else of the scenario; 0: no limit; undefined if the configuration decides (2.8). */
  readonly maxAttempts: number | undefined;
  /** In `dependsOn` order, bindings before plain tool ids. */
  readonly tools: readonly CompiledTool[];
  /** Variables that the tools of the step fill. */
  readonly toolVariables: ReadonlySet<string>;
  /**
   * A transition of the step states ACTION_SUCCEEDED or ACTION_FAILED, or reads `outcome` or a variable that the tools of the step fill.
   * Tools that are not required then need an outcome to finish the act stage (3.1).
   */
  readonly readsActionResult: boolean;
  /** The text of a CONFIRM: checkpoint description, else description, else name. */
  readonly actionDescription: string;
  /** ANYTIME transitions by descending priority; ties in the order of the definition. */
  readonly anytimeTransitions: readonly CompiledTransition[];
  /** ON_COMPLETION transitions by descending priority; ties in the order of the definition. */
  readonly completionTransitions: readonly CompiledTransition[];
  /** A transition of the step states `after` (section 14). */
  readonly hasTimedTransitions: boolean;
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
  /** A global transition states `after` (section 14). */
  readonly hasTimedGlobalTransitions: boolean;
  readonly transitionsById: ReadonlyMap<string, CompiledTransition>;
  /** What follows each step by its own and the global transitions, without those that return. */
  readonly graph: StepGraph;
  /** Steps that relocalization can move an instance to, by descending priority; ties in the order of the definition (3.8). */
  readonly recoverySteps: readonly CompiledStep[];
  /** Every field that a step collects, sorted. */
  readonly collectedFields: ReadonlySet<string>;
  /** Fields that a step may ask the customer for: those that a step collects and those of `required_fields` (3.3). */
  readonly askableFields: ReadonlySet<string>;
  /** Fields that some step need not have (3.1). */
  readonly optionalFields: ReadonlySet<string>;
  /** Fields that only one instance receives and sees (0.4). */
  readonly localFields: ReadonlySet<string>;
  /** Every variable that a tool of a step fills. */
  readonly toolVariables: ReadonlySet<string>;
  /** Tools with a WRITE effect in some step (0.6). */
  readonly writeToolIds: ReadonlySet<string>;
  readonly entryCondition: Condition | undefined;
  readonly completionCondition: Condition | undefined;
  readonly cancelCondition: Condition | undefined;
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
  readonly cancelCondition: Condition | undefined;
  readonly conditionFindings: FindingList<ScenarioFinding>;
  readonly options: CompileOptions;
  /** The work that compiling and checking may need. */
  readonly allowance: Allowance;
}
