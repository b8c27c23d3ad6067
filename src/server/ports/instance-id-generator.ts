/** Names new instances. */
export interface InstanceIdGenerator {
  /**
   * The id of the instance that a turn starts of a scenario: a UUID, the same for the same three ids, so that a turn that is
   * decided again (on a conflict, in a simulation) names it alike.
   */
  generateInstanceId(sessionId: string, turnId: string, scenarioId: string): string;
}
