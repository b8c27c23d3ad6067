export interface InstanceIdGenerator {
  /**
   * Returns the UUID of the instance that a turn starts for a scenario. The same three ids give the same UUID, so that deciding a
   * turn again (after a conflict or in a simulation) gives the same instance ids.
   */
  generateInstanceId(sessionId: string, turnId: string, scenarioId: string): string;
}
