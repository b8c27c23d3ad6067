import type { Truth } from './truth';

/** The actions that the model can choose for an instance where the rules leave CONTINUE (section 9). */
export type ProposedAction = 'CONTINUE' | 'PAUSE' | 'COMPLETE' | 'CANCEL';

/** Why the model returned no proposal. The turn is then decided without it (section 9). `ModelOutcome` documents each value. */
export type ModelFailureReason = (typeof modelFailureReasons)[number];

const modelFailureReasons = [
  'TIMEOUT',
  'TOO_LITTLE_TIME',
  'OFF_SCHEMA',
  'CUT_OFF',
  'RATE_LIMITED',
  'REFUSED',
  'UNAVAILABLE',
  'CIRCUIT_OPEN',
  'BUSY',
] as const;

/**
 * Why a proposal is not applied. RULES: the rules decide. CHECKPOINT_AHEAD: a checkpoint or a required action would be skipped.
 * AWAITS_RESULT: the instance awaits the result of an action. A failure reason: there is no proposal.
 */
export type OverruleReason = (typeof overruleReasons)[number];

export const overruleReasons = [...modelFailureReasons, 'RULES', 'CHECKPOINT_AHEAD', 'AWAITS_RESULT'] as const;

/** Identifies a transition of one version of a scenario. */
export interface TransitionKey {
  readonly scenarioId: string;
  readonly scenarioVersion: number;
  readonly transitionId: string;
}

/** The model's evaluation of a condition in natural language (3.4). */
export interface ConditionTextVerdict extends TransitionKey {
  readonly truth: Truth;
}

/**
 * The proposal of the optional model for a turn, or why there is none. It is an input of the turn and is recorded with the response:
 * deciding the turn again with it gives the same result. The rules decide about instances and candidates that it does not mention.
 */
export interface ModelProposal {
  readonly outcome: 'PROPOSED' | ModelFailureReason;
  /** Name of the model that answered; "" if none did. */
  readonly model: string;
  /** By instance id. */
  readonly actions: ReadonlyMap<string, ProposedAction>;
  /** By scenario id of a candidate: whether the message is about the scenario. Replaces the score test (2.12). */
  readonly fits: ReadonlyMap<string, boolean>;
  readonly verdicts: readonly ConditionTextVerdict[];
}

/** Creates the proposal of a turn whose request to the model failed. */
export function createFailedProposal(reason: ModelFailureReason): ModelProposal {
  return { outcome: reason, model: '', actions: new Map(), fits: new Map(), verdicts: [] };
}

/** Returns why the request to the model failed; undefined if it succeeded or no model was asked. */
export function getModelFailure(proposal: ModelProposal | undefined): ModelFailureReason | undefined {
  return proposal === undefined || proposal.outcome === 'PROPOSED' ? undefined : proposal.outcome;
}
