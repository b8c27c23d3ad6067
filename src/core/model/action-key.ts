/** Names a visit of a step of an instance; the same on every retry, for the executor's own idempotency (3.7). */
export function buildActionKey(visited: {
  readonly instanceId: string;
  readonly currentStepId: string;
  readonly visit: { readonly number: number };
}): string {
  return `${visited.instanceId}/${visited.currentStepId}/${visited.visit.number}`;
}

/** The step that an action key of an instance names; "" where it is no key of that instance. */
export function parseActionKeyStepId(actionKey: string, instanceId: string): string {
  if (!actionKey.startsWith(`${instanceId}/`)) return '';
  return actionKey.slice(instanceId.length + 1, actionKey.lastIndexOf('/'));
}
