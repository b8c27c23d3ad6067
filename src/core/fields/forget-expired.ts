import type { ScenarioInstance, Session, SessionVariable } from '../model/session';
import type { FieldRules } from './field-rules';

/**
 * Forgets the values that are older than the `max_age` of their field (section 10). They are removed from the session and its instances, so an
 * older source can show through only with a value that is young enough. A value without a time was stored by a release that recorded none; it
 * has no age. Returns the same session if nothing is too old.
 */
export function forgetExpired(session: Session, { maxAges }: Pick<FieldRules, 'maxAges'>, now: number): Session {
  if (maxAges.size === 0) return session;
  const isExpired: IsExpired = (name, storedAt) => {
    const maxAgeMs = maxAges.get(name);
    return maxAgeMs !== undefined && storedAt !== undefined && now - storedAt > maxAgeMs;
  };
  const variables = withoutExpired(session.variables, isExpired);
  const instances = session.instances.map((instance) => forgetResults(instance, isExpired));
  const isUnchanged =
    variables === session.variables && instances.every((instance, index) => instance === session.instances[index]);
  return isUnchanged ? session : { ...session, variables, instances };
}

type IsExpired = (name: string, storedAt: number | undefined) => boolean;

function withoutExpired(
  variables: ReadonlyMap<string, SessionVariable>,
  isExpired: IsExpired,
): ReadonlyMap<string, SessionVariable> {
  const kept = new Map(
    // A null is not a value. It keeps an older source from showing through.
    [...variables].filter(([name, { value, storedAt }]) => value === null || !isExpired(name, storedAt)),
  );
  return kept.size === variables.size ? variables : kept;
}

function forgetResults(instance: ScenarioInstance, isExpired: IsExpired): ScenarioInstance {
  const { variables, variableTimes } = instance;
  const kept = new Map(
    [...variables].filter(([name, value]) => value === null || !isExpired(name, variableTimes.get(name))),
  );
  if (kept.size === variables.size) return instance;
  return {
    ...instance,
    variables: kept,
    variableTimes: new Map([...variableTimes].filter(([name]) => kept.has(name))),
  };
}
