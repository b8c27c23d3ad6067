import type { SelectionContext } from '../context/selection-context';
import { describeFields } from '../fields/field-texts';
import type { Contribution } from '../model/contribution';

/**
 * Adds to an ASK the texts of its field definitions and the values of this turn that were rejected (section 10). An ASK for a rejected
 * value is a reprompt even if it was not put before: the customer gave an answer and is asked again. Returns other contributions as they
 * are.
 */
export function describeAsk(
  contribution: Contribution,
  { catalogue, turn, rejectedValues }: Pick<SelectionContext, 'catalogue' | 'turn' | 'rejectedValues'>,
): Contribution {
  const { fields } = catalogue;
  if (contribution.type !== 'ASK' || contribution.deferred) return contribution;
  if (fields.fields.size === 0 && rejectedValues.length === 0) return contribution;
  const { fieldsToAsk, isReprompt } = contribution;
  const rejected = rejectedValues.filter(({ fieldName }) => fieldsToAsk.includes(fieldName));
  return {
    ...contribution,
    isReprompt: isReprompt || rejected.length > 0,
    fieldTexts: describeFields(fieldsToAsk, fields, turn.situation.language),
    rejectedValues: rejected,
  };
}
