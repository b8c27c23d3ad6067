/** Builds the key that identifies a visit of an instance. Retries reuse the key, so that the executor can be idempotent (3.7). */
export function buildActionKey(instance: {
  readonly instanceId: string;
  readonly currentStepId: string;
  readonly visit: { readonly number: number };
}): string {
  return `${instance.instanceId}/${instance.currentStepId}/${instance.visit.number}`;
}

/** Returns the step of an action key; "" if the key does not belong to the instance. */
export function parseActionKeyStepId(actionKey: string, instanceId: string): string {
  if (!actionKey.startsWith(`${instanceId}/`)) return '';
  return actionKey.slice(instanceId.length + 1, actionKey.lastIndexOf('/'));
}
