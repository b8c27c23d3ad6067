import type { FieldValues } from './json';
import type { ToolBinding } from './scenario';

/** What an instance wants to add to the reply (P6.4). */
export type ContributionType = 'NONE' | 'ASK' | 'CONFIRM' | 'ACTION_HINT' | 'INFORM';

/** One scenario of a CHOICE (1.5). */
export interface ScenarioChoice {
  readonly scenarioId: string;
  readonly scenarioName: string;
  readonly score: number;
}

interface ContributionBase {
  /** "" for a CHOICE, as the other ids and names. */
  readonly scenarioId: string;
  readonly scenarioName: string;
  readonly instanceId: string;
  readonly stepId: string;
  readonly stepName: string;
  /** Higher comes first (4.1). */
  readonly priority: number;
  /** The same was contributed in this visit before. */
  readonly isReprompt: boolean;
  /** Waits for another one and was not made (4.2). */
  readonly deferred: boolean;
  /** The scenario that it, or a part of its fields, waits for; "" where nothing is deferred. */
  readonly deferredBehindScenarioId: string;
  /** Fields that another scenario of this plan asks for as well; they count as asked (4.2). */
  readonly sharedFields: readonly string[];
}

export interface NoContribution extends ContributionBase {
  readonly type: 'NONE';
}
export interface AskContribution extends ContributionBase {
  readonly type: 'ASK';
  readonly fieldsToAsk: readonly string[];
  /** Values that are known already of fields that are asked all the same. */
  readonly knownValues: FieldValues;
  readonly deferredFields: readonly string[];
}
export interface ConfirmContribution extends ContributionBase {
  readonly type: 'CONFIRM';
  readonly confirmKind: 'STEP' | 'CHOICE';
  readonly actionToConfirm: string;
  readonly valuesToConfirm: FieldValues;
  readonly choices: readonly ScenarioChoice[];
  readonly actionKey: string;
}
export interface ActionHintContribution extends ContributionBase {
  readonly type: 'ACTION_HINT';
  /** In `dependsOn` order. */
  readonly tools: readonly ToolBinding[];
  readonly actionKey: string;
}
export interface InformContribution extends ContributionBase {
  readonly type: 'INFORM';
  readonly templateIds: readonly string[];
}

/** What one instance wants to add to the reply (P6.4). */
export type Contribution =
  | NoContribution
  | AskContribution
  | ConfirmContribution
  | ActionHintContribution
  | InformContribution;

/** A paused instance that the reply may offer to take up again (2.11). */
export interface AbandonedScenario {
  readonly scenarioId: string;
  readonly scenarioName: string;
  readonly instanceId: string;
  readonly stepId: string;
  readonly stepName: string;
  /** In the step's order. */
  readonly missingFields: readonly string[];
  readonly pausedTurns: number;
}

/** What all instances want to add to the reply (P6.4). */
export interface ContributionPlan {
  /** Priority high first, then last activity newest first, then scenario id (4.1). */
  readonly contributions: readonly Contribution[];
  /** The first that is not NONE, else the first; "" where there is none. */
  readonly primaryScenarioId: string;
  readonly activeScenarioIds: readonly string[];
  readonly hasAsks: boolean;
  readonly hasConfirms: boolean;
  readonly hasActionHints: boolean;
  readonly hasInforms: boolean;
  /** Longest paused first. */
  readonly abandoned: readonly AbandonedScenario[];
}
