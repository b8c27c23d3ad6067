import type { FieldValues, JsonValue } from './json';

/** What caused a turn (0.1). Only MESSAGE grows the turn count. */
export type TurnTrigger = 'MESSAGE' | 'TOOL_RESULTS' | 'TIMER';
/** What a message asks of scenarios (0.2). EXIT is decoded to CANCEL. */
export type ScenarioSignal = 'NONE' | 'START' | 'CONTINUE' | 'PAUSE' | 'COMPLETE' | 'CANCEL';
/** How long a variable lives (0.4). */
export type VariableScope = 'IDENTITY' | 'BUSINESS' | 'CASE' | 'SESSION';
export type RuleScope = 'GLOBAL' | 'SCENARIO' | 'STEP';
export type FrustrationLevel = '' | 'low' | 'medium' | 'high';
export type Urgency = 'low' | 'normal' | 'high' | 'critical';
/** What became of a step, or of a part of it (0.1, 3.1). */
export type StepOutcomeKind = 'CONFIRMED' | 'DECLINED' | 'ACTION_SUCCEEDED' | 'ACTION_FAILED';

/** One signal with what it is aimed at (0.2). */
export interface SignalAim {
  readonly signal: ScenarioSignal;
  /** Empty with `allInstances` false: unaimed. */
  readonly scenarioIds: readonly string[];
  readonly allInstances: boolean;
}

/** A value extracted from the message; null means "not known any more" (0.4). */
export interface CandidateVariable {
  readonly name: string;
  readonly value: JsonValue;
  readonly scope: VariableScope;
}

/** The reading of the customer's message (P2). */
export interface Situation {
  readonly message: string;
  readonly language: string;
  readonly signals: readonly SignalAim[];
  readonly intent: string;
  readonly canonicalIntentLabel: string;
  readonly canonicalIntentScore: number;
  readonly previousIntent: string;
  readonly intentChanged: boolean;
  readonly topicChanged: boolean;
  readonly tone: string;
  readonly sentiment: string;
  readonly frustrationLevel: FrustrationLevel;
  readonly urgency: Urgency;
  readonly facts: FieldValues;
  readonly requestedFields: readonly string[];
  readonly candidateVariables: readonly CandidateVariable[];
  readonly embedding: readonly number[];
}

/** A scenario that may start (P4). */
export interface ScenarioCandidate {
  readonly scenarioId: string;
  /** 0..1. */
  readonly score: number;
  readonly reasoning: string;
}

/** A rule that applies to the turn (P5). */
export interface AppliedRule {
  readonly ruleId: string;
  readonly scope: RuleScope;
  /** SCENARIO: the scenario id; STEP: the step id; GLOBAL: "". */
  readonly scopeId: string;
  /** STEP only: the scenario of the step; "": any that has a step of that id. */
  readonly scopeScenarioId: string;
  readonly priority: number;
}

/** An answer of the customer or a result of an action (0.6). */
export interface StepOutcome {
  /** "": the focus. */
  readonly instanceId: string;
  /** "": the instance's current step. */
  readonly stepId: string;
  /** "": none was given. */
  readonly actionKey: string;
  readonly kind: StepOutcomeKind;
  readonly toolId: string;
  readonly results: FieldValues;
}

/** One event of a session (0.1). */
export interface Turn {
  readonly tenantId: string;
  readonly agentId: string;
  readonly sessionId: string;
  readonly turnId: string;
  /** Milliseconds since 1970. */
  readonly occurredAt: number;
  readonly trigger: TurnTrigger;
  readonly situation: Situation;
  readonly candidates: readonly ScenarioCandidate[];
  readonly appliedRules: readonly AppliedRule[];
  readonly customerData: FieldValues;
  readonly stepOutcomes: readonly StepOutcome[];
  /** A patch; null deletes. */
  readonly sessionVariables: FieldValues;
}

/** "The intent" of the semantics: the canonical label, else the raw intent, else "" (0.1). */
export function getIntent(situation: Situation): string {
  return situation.canonicalIntentLabel || situation.intent;
}
