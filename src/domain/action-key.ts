/** Names a visit of a step of an instance; the same on every retry, for the executor's own idempotency (3.7). */
export function actionKeyOf(visited: {
  readonly instanceId: string;
  readonly currentStepId: string;
  readonly visit: { readonly number: number };
}): string {
  return `${visited.instanceId}/${visited.currentStepId}/${visited.visit.number}`;
}
