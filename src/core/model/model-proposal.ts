import type { Truth } from './truth';

/** What the model may choose for a running instance where the rules leave it CONTINUE (section 9). */
export type ProposedAction = 'CONTINUE' | 'PAUSE' | 'COMPLETE' | 'CANCEL';

/**
 * Why a model that was asked proposes nothing; the turn is then decided without it (section 9). The contract's ModelOutcome says
 * what each means.
 */
export type ModelFailureReason = (typeof unheardReasons)[number];

const unheardReasons = [
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
 * Why a proposal did not stand: the rules decide here (RULES), a checkpoint or a required action would be passed over
 * (CHECKPOINT_AHEAD), it would end what awaits the result of an action (AWAITS_RESULT); or why there was none.
 */
export type OverruleReason = (typeof overruleReasons)[number];

/** Every OverruledBy. */
export const overruleReasons = [...unheardReasons, 'RULES', 'CHECKPOINT_AHEAD', 'AWAITS_RESULT'] as const;

/** A transition of one version of a scenario. */
export interface TransitionKey {
  readonly scenarioId: string;
  readonly scenarioVersion: number;
  readonly transitionId: string;
}

/** What the model says about a condition in natural language (3.4). */
export interface ConditionTextVerdict extends TransitionKey {
  readonly truth: Truth;
}

/**
 * What the optional model proposes for a turn, or why it was not heard. An input of the turn like its time: it is recorded with
 * the answer, and deciding again on it decides the same. What it does not mention it leaves to the rules.
 */
export interface ModelProposal {
  readonly outcome: 'PROPOSED' | ModelFailureReason;
  /** The model that answered, as it calls itself; "" where none did. */
  readonly model: string;
  /** By instance id. */
  readonly actions: ReadonlyMap<string, ProposedAction>;
  /** Whether the message is about the scenario, by the id of a candidate's scenario. Takes the place of the score test (2.12). */
  readonly fits: ReadonlyMap<string, boolean>;
  readonly verdicts: readonly ConditionTextVerdict[];
}

/** The proposal of a model that was asked and not heard. */
export function createFailedProposal(reason: ModelFailureReason): ModelProposal {
  return { outcome: reason, model: '', actions: new Map(), fits: new Map(), verdicts: [] };
}

/** Why the model was not heard; undefined where it was, or was not asked. */
export function getModelFailure(proposal: ModelProposal | undefined): ModelFailureReason | undefined {
  return proposal === undefined || proposal.outcome === 'PROPOSED' ? undefined : proposal.outcome;
}
