import type { FieldValues, JsonValue } from './json';

/** What caused a turn (0.1). Only MESSAGE increments the turn count. */
export type TurnTrigger = 'MESSAGE' | 'TOOL_RESULTS' | 'TIMER';
/** What a message requests from scenarios (0.2). EXIT is decoded as CANCEL. */
export type ScenarioSignal = 'NONE' | 'START' | 'CONTINUE' | 'PAUSE' | 'COMPLETE' | 'CANCEL' | 'BACK';
/** The lifetime of a variable (0.4). */
export type VariableScope = 'IDENTITY' | 'BUSINESS' | 'CASE' | 'SESSION';
export type RuleScope = 'GLOBAL' | 'SCENARIO' | 'STEP';
export type FrustrationLevel = '' | 'low' | 'medium' | 'high';
export type Urgency = 'low' | 'normal' | 'high' | 'critical';
/** An outcome that a caller reports (0.1, 0.6). */
export type StepOutcomeKind = 'CONFIRMED' | 'DECLINED' | 'ACTION_SUCCEEDED' | 'ACTION_FAILED';
/** How a call ended (section 11). */
export type CallOutcomeKind = 'CALL_SUCCEEDED' | 'CALL_FAILED' | 'CALL_CANCELLED';
/** The outcome of a step in a visit, which its transitions can state (3.2). */
export type VisitOutcome = StepOutcomeKind | CallOutcomeKind;
/** What a candidate variable does with the known value (0.4). APPEND and REMOVE change lists. */
export type VariableOperation = 'SET' | 'APPEND' | 'REMOVE';
/** The contributions that a delivery can report (section 12). A report of an ACTION_HINT has no effect: an action does not need the customer. */
export type DeliveredType = 'ASK' | 'CONFIRM' | 'ACTION_HINT' | 'INFORM';
/** Whether a contribution of the previous plans reached the customer (section 12). */
export type DeliveryStatus = 'DELIVERED' | 'CUT_OFF' | 'NOT_SAID';

/** A signal and its target (0.2). */
export interface SignalAim {
  readonly signal: ScenarioSignal;
  /** If empty and `allInstances` is false, the signal has no target. */
  readonly scenarioIds: readonly string[];
  readonly allInstances: boolean;
}

/** A value extracted from the message; null means "not known any more" (0.4). */
export interface CandidateVariable {
  readonly name: string;
  readonly value: JsonValue;
  readonly scope: VariableScope;
  /** The scenario that the value is meant for; "" if the caller named none. Used for local fields only. */
  readonly scenarioId: string;
  readonly operation: VariableOperation;
  /** The customer will not or cannot give the value. `value` and `operation` then have no effect. */
  readonly declined: boolean;
}

/** The interpretation of the customer's message. */
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

/** A scenario that can start. */
export interface ScenarioCandidate {
  readonly scenarioId: string;
  /** 0..1. */
  readonly score: number;
  readonly reasoning: string;
}

/** A rule that applies to the turn. */
export interface AppliedRule {
  readonly ruleId: string;
  readonly scope: RuleScope;
  /** The scenario id for SCENARIO, the step id for STEP, "" for GLOBAL. */
  readonly scopeId: string;
  /** For STEP: the scenario of the step; "" matches every scenario with a step of that id. */
  readonly scopeScenarioId: string;
  readonly priority: number;
}

/** An answer of the customer, or the result of an action (0.6). */
export interface StepOutcome {
  /** "" for the focus. */
  readonly instanceId: string;
  /** "" for the current step of the instance. */
  readonly stepId: string;
  /** "" if the caller sent none. */
  readonly actionKey: string;
  readonly kind: StepOutcomeKind;
  readonly toolId: string;
  readonly results: FieldValues;
}

/** What the channel reports about one contribution of the current exchange (section 12). */
export interface Delivery {
  /** "" if `actionKey` identifies the contribution, and for a CHOICE. */
  readonly instanceId: string;
  /** Undefined if `actionKey` identifies the contribution. */
  readonly contributionType?: DeliveredType | undefined;
  /** "" if instance and type identify the contribution. */
  readonly actionKey: string;
  readonly status: DeliveryStatus;
}

/** An event of a session (0.1). */
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
  /** A patch; null deletes the variable. */
  readonly sessionVariables: FieldValues;
  readonly deliveries: readonly Delivery[];
  /** The turn that this turn replaces; "" if it replaces none (section 13). */
  readonly supersedesTurnId: string;
  /** The customer as the caller names them; "" if the turn has none. */
  readonly customerId: string;
}

/** Returns the canonical label, else the raw intent, else "" (0.1). */
export function getIntent(situation: Situation): string {
  return situation.canonicalIntentLabel || situation.intent;
}
