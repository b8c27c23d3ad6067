import type { FieldTexts, RejectedValue } from './field-definition';
import type { FieldValues } from './json';
import type { InstanceRequest, WaitsFor } from './request';
import type { ToolBinding, ToolEffect } from './scenario';

/** Why the customer must choose: similar scenarios (1.5), consent to a start (2.12), or the offer to resume (2.11). */
export type ChoiceReason = 'AMBIGUOUS' | 'NEEDS_CONSENT' | 'OFFER';

/** A tool of an ACTION_HINT, with its effect resolved. */
export interface HintedTool extends ToolBinding {
  readonly effect: ToolEffect;
}

/** One scenario of a CHOICE (1.5). */
export interface ScenarioChoice {
  readonly scenarioId: string;
  readonly scenarioName: string;
  readonly score: number;
}

interface ContributionBase {
  /** "" for a CHOICE, like the other ids and names. */
  readonly scenarioId: string;
  readonly scenarioName: string;
  readonly instanceId: string;
  readonly stepId: string;
  readonly stepName: string;
  /** A higher priority comes first in the plan (4.1). */
  readonly priority: number;
  /** The same contribution was made before in this visit. */
  readonly isReprompt: boolean;
  /** The request is put again because the customer has not answered in time (section 14). */
  readonly isReminder: boolean;
  /** Templates of earlier steps that come before the contribution, in path order (3.1). */
  readonly leadInTemplateIds: readonly string[];
  /** Not made on this turn, because another contribution comes first (4.2). */
  readonly deferred: boolean;
  /** The scenario that the contribution or its deferred fields wait for; "" if nothing is deferred. */
  readonly deferredBehindScenarioId: string;
  /** Fields that another scenario of this plan asks for. They count as asked (4.2). */
  readonly sharedFields: readonly string[];
}

export interface NoContribution extends ContributionBase {
  readonly type: 'NONE';
  readonly waitsFor: WaitsFor;
}
export interface AskContribution extends ContributionBase {
  readonly type: 'ASK';
  readonly fieldsToAsk: readonly string[];
  /** Known values of fields that are asked again. */
  readonly knownValues: FieldValues;
  readonly deferredFields: readonly string[];
  /** The texts of the fields to ask that have a definition, in the order of the fields (section 10). */
  readonly fieldTexts: readonly FieldTexts[];
  /** Values of this turn for the fields to ask that were rejected (section 10). */
  readonly rejectedValues: readonly RejectedValue[];
}
export interface ConfirmContribution extends ContributionBase {
  readonly type: 'CONFIRM';
  readonly confirmKind: 'STEP' | 'CHOICE';
  readonly actionToConfirm: string;
  readonly valuesToConfirm: FieldValues;
  readonly choices: readonly ScenarioChoice[];
  /** CHOICE only. */
  readonly choiceReason?: ChoiceReason | undefined;
  readonly actionKey: string;
}
export interface ActionHintContribution extends ContributionBase {
  readonly type: 'ACTION_HINT';
  /** In `dependsOn` order. */
  readonly tools: readonly HintedTool[];
  readonly actionKey: string;
}
export interface InformContribution extends ContributionBase {
  readonly type: 'INFORM';
  readonly templateIds: readonly string[];
}

/** The contribution of one instance to the reply (P6.4). */
export type Contribution =
  | NoContribution
  | AskContribution
  | ConfirmContribution
  | ActionHintContribution
  | InformContribution;

/** A paused instance that the reply can offer to resume (2.11). */
export interface ResumeOffer {
  readonly scenarioId: string;
  readonly scenarioName: string;
  readonly instanceId: string;
  readonly stepId: string;
  readonly stepName: string;
  /** In the order in which the step lists its fields. */
  readonly missingFields: readonly string[];
  readonly pausedTurns: number;
}

/** An open request with its owner. */
export interface PlannedRequest {
  readonly instanceId: string;
  readonly scenarioId: string;
  readonly request: InstanceRequest;
}

/** The contributions of all instances to the reply (P6.4). */
export interface ContributionPlan {
  /** Sorted by priority (highest first), then by last activity (latest first), then by scenario id (4.1). */
  readonly contributions: readonly Contribution[];
  /** The scenario of the first contribution that is not NONE, else of the first contribution; "" if there is no contribution. */
  readonly primaryScenarioId: string;
  readonly activeScenarioIds: readonly string[];
  readonly hasAsks: boolean;
  readonly hasConfirms: boolean;
  readonly hasActionHints: boolean;
  readonly hasInforms: boolean;
  /** Longest paused first. */
  readonly offers: readonly ResumeOffer[];
  /** All requests that are open after the turn, by instance start order, then in the order in which they were first put (0.8). */
  readonly openRequests: readonly PlannedRequest[];
  /** All values of this turn that were rejected, the oldest source first (section 10). */
  readonly rejectedValues: readonly RejectedValue[];
}
