import type { ConditionTextVerdict, ModelProposal, ProposedAction } from '../../src/core/model/model-proposal';

/** A successful proposal of the model. It does not mention parts that are left out. */
export function aProposal(
  parts: {
    /** By instance id. */
    readonly actions?: Readonly<Record<string, ProposedAction>>;
    /** By scenario id. */
    readonly fits?: Readonly<Record<string, boolean>>;
    /** By transition id, for version 1 of the scenario `verdictScenarioId`. */
    readonly verdicts?: Readonly<Record<string, ConditionTextVerdict['truth']>>;
    readonly verdictScenarioId?: string;
  } = {},
): ModelProposal {
  const { actions = {}, fits = {}, verdicts = {}, verdictScenarioId = '' } = parts;
  return {
    outcome: 'PROPOSED',
    model: 'a-model',
    actions: new Map(Object.entries(actions)),
    fits: new Map(Object.entries(fits)),
    verdicts: Object.entries(verdicts).map(([transitionId, truth]) => ({
      scenarioId: verdictScenarioId,
      scenarioVersion: 1,
      transitionId,
      truth,
    })),
  };
}
