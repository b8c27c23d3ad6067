import type { FieldRules } from '../fields/field-rules';
import { forgetExpired } from '../fields/forget-expired';
import { type JsonValue, jsonEquals } from '../model/json';
import type { ScenarioInstance, Session, SessionVariable } from '../model/session';
import type { Catalogue } from '../scenario/catalogue';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';
import { hasUnpassedStepAhead } from './unpassed-steps';
import { looksUpField, usesField, usesFieldNow } from './used-fields';

/**
 * Forgets the values that are older than the `max_age` of their field (section 10). A value that an instance used on its route counts as
 * corrected to null, so that it is asked for or looked up again before a step confirms it or acts on it.
 */
export function expireValues(
  session: Session,
  catalogue: Pick<Catalogue, 'getScenarioVersion'> & { readonly fields: Pick<FieldRules, 'maxAges'> },
  now: number,
): Session {
  const { maxAges } = catalogue.fields;
  const unexpired = forgetExpired(session, catalogue.fields, now);
  if (unexpired === session) return session;
  const instances = unexpired.instances.map((instance, index) => {
    const before = session.instances[index];
    const scenario = catalogue.getScenarioVersion(instance.scenarioId, instance.scenarioVersion);
    if (!before || !scenario) return instance;
    const expired = new Map<string, JsonValue>();
    for (const field of maxAges.keys()) {
      const { value } = findStored(field, before, scenario, session.variables);
      const hasChanged = !jsonEquals(findStored(field, instance, scenario, unexpired.variables).value, value);
      if (hasChanged && needsAgain(field, before, scenario)) expired.set(field, value);
    }
    return { ...instance, pendingCorrections: new Map([...expired, ...instance.pendingCorrections]) };
  });
  return { ...unexpired, instances };
}

/** Finds the value that an instance sees. Ignores values of the profile, which have no time. */
export function findStored(
  field: string,
  instance: Pick<ScenarioInstance, 'variables' | 'variableTimes'>,
  scenario: Pick<CompiledScenario, 'localFields'>,
  variables: Session['variables'],
): Pick<SessionVariable, 'value' | 'storedAt'> {
  const own = instance.variables.get(field);
  if (own !== undefined) return { value: own, storedAt: instance.variableTimes.get(field) };
  const stored = scenario.localFields.has(field) ? undefined : variables.get(field);
  return stored ?? { value: null };
}

/**
 * Whether a value must be given or found again when it expires: a step of the route that is not before a passed checkpoint used it or looked it
 * up, and a step that confirms, acts or calls is not passed yet.
 */
export function needsAgain(field: string, instance: ScenarioInstance, scenario: CompiledScenario): boolean {
  const isUsed =
    usesFieldNow(scenario, instance, field) ||
    instance.route.some(
      (entry) =>
        !instance.stepsBeforeCheckpoint.includes(entry.stepId) &&
        (usesField(scenario, entry, field) || looksUpField(scenario, entry, field)),
    );
  return isUsed && hasUnpassedStepAhead(instance, scenario, canBindCustomer);
}

/** Whether a value of the step can bind the customer or lead to an action. */
function canBindCustomer({ hasConfirmStage, isRequiredAction, isWriteAction, call }: CompiledStep): boolean {
  return hasConfirmStage || isRequiredAction || isWriteAction || call !== undefined;
}
