import { type InstanceRequest, isOpen } from '../model/request';
import type { ScenarioInstance, Session, SessionVariable } from '../model/session';
import type { FieldRules } from './field-rules';

/**
 * Removes the values that are older than the `max_age` of their field from the session and its instances (section 10). A value from an older
 * source is then used, unless it is also too old. A value without a time never expires, because an earlier release stored it. An open CONFIRM
 * of such a value is void: the customer must not confirm what is not known any more.
 * Returns the same session if no value is too old.
 */
export function forgetExpired(session: Session, { maxAges }: Pick<FieldRules, 'maxAges'>, now: number): Session {
  if (maxAges.size === 0) return session;
  const isExpired: IsExpired = (name, storedAt) => {
    const maxAgeMs = maxAges.get(name);
    return maxAgeMs !== undefined && storedAt !== undefined && now - storedAt > maxAgeMs;
  };
  const variables = withoutExpired(session.variables, isExpired);
  const expired = new Set([...session.variables.keys()].filter((name) => !variables.has(name)));
  const instances = session.instances.map((instance) => forgetResults(instance, isExpired, expired));
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
    // A null never expires, because it hides the values of older sources.
    [...variables].filter(([name, { value, storedAt }]) => value === null || !isExpired(name, storedAt)),
  );
  return kept.size === variables.size ? variables : kept;
}

function forgetResults(
  instance: ScenarioInstance,
  isExpired: IsExpired,
  expiredInSession: ReadonlySet<string>,
): ScenarioInstance {
  const { variables, variableTimes } = instance;
  const kept = new Map(
    [...variables].filter(([name, value]) => value === null || !isExpired(name, variableTimes.get(name))),
  );
  const isForgotten = (name: string): boolean => !kept.has(name) && (variables.has(name) || expiredInSession.has(name));
  const requests = voidConfirms(instance.requests, isForgotten);
  if (kept.size === variables.size) return requests === instance.requests ? instance : { ...instance, requests };
  return {
    ...instance,
    requests,
    variables: kept,
    variableTimes: new Map([...variableTimes].filter(([name]) => kept.has(name))),
  };
}

function voidConfirms(
  requests: readonly InstanceRequest[],
  isForgotten: (name: string) => boolean,
): readonly InstanceRequest[] {
  const isVoid = (request: InstanceRequest): boolean =>
    request.kind === 'CONFIRM' && isOpen(request) && [...request.values.keys()].some(isForgotten);
  if (!requests.some(isVoid)) return requests;
  return requests.map((request) => (isVoid(request) ? { ...request, status: 'VOID' } : request));
}
