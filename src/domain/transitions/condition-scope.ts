import type { ConditionVariables } from '../conditions';
import { foremostSignal, type ReachedSignals } from '../context/reached-signals';
import type { SelectionContext } from '../context/selection-context';
import type { FieldValues } from '../json';
import type { KnownData } from '../known-data';
import type { StepOutcomeKind } from '../turn';

/** What a condition reads of the instance and the step that it is evaluated for (section 6). */
export interface ConditionSubject {
  readonly known: KnownData;
  readonly instanceVariables: FieldValues;
  readonly signals: ReachedSignals;
  readonly changed: readonly string[];
  readonly outcome: StepOutcomeKind | undefined;
  /** Visits of the step. */
  readonly visits: number;
  readonly attempts: number;
}

/** The `outcome` of conditions. */
const outcomeWords: Readonly<Record<StepOutcomeKind, string>> = {
  CONFIRMED: 'confirmed',
  DECLINED: 'declined',
  ACTION_SUCCEEDED: 'succeeded',
  ACTION_FAILED: 'failed',
};

/** The variables of a condition. Build them once for all conditions of a step: their conversion is then shared. */
export function conditionVariables(context: SelectionContext, subject: ConditionSubject): ConditionVariables {
  const { situation, customerData } = context.turn;
  return {
    data: subject.known,
    customer: customerData,
    session: context.sessionFields,
    instance: subject.instanceVariables,
    intent: context.intent,
    intent_score: situation.canonicalIntentScore,
    signal: foremostSignal(subject.signals),
    outcome: subject.outcome ? outcomeWords[subject.outcome] : '',
    changed: subject.changed,
    requested: situation.requestedFields,
    facts: situation.facts,
    visits: subject.visits,
    attempts: subject.attempts,
    turn: context.turnCount,
    message: situation.message,
    tone: situation.tone,
    frustration: situation.frustrationLevel,
    urgency: situation.urgency,
  };
}
