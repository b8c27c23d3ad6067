import type { ConditionVariables } from '../conditions';
import { getPrimarySignal, type InstanceSignals } from '../context/instance-signals';
import type { SelectionContext } from '../context/selection-context';
import type { FieldValues } from '../model/json';
import type { KnownData } from '../model/known-data';
import type { StepOutcomeKind } from '../model/turn';

/** What a condition reads of the instance and the step that it is evaluated for (section 6). */
export interface ConditionScope {
  readonly known: KnownData;
  readonly instanceVariables: FieldValues;
  readonly signals: InstanceSignals;
  readonly changedFields: readonly string[];
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
export function toConditionVariables(context: SelectionContext, subject: ConditionScope): ConditionVariables {
  const { situation, customerData } = context.turn;
  return {
    data: subject.known,
    customer: customerData,
    session: context.sessionFields,
    instance: subject.instanceVariables,
    intent: context.intent,
    intent_score: situation.canonicalIntentScore,
    signal: getPrimarySignal(subject.signals),
    outcome: subject.outcome ? outcomeWords[subject.outcome] : '',
    changed: subject.changedFields,
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
