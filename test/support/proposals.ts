import type { ConditionTextVerdict, ModelProposal, ProposedAction } from '../../src/core/model/model-proposal';

/** A proposal of a model that was heard; what is left out it does not mention. */
export function aProposal(
  said: {
    /** By instance id. */
    readonly actions?: Readonly<Record<string, ProposedAction>>;
    /** By scenario id. */
    readonly fits?: Readonly<Record<string, boolean>>;
    /** By transition id, of version 1 of the scenario. */
    readonly verdicts?: Readonly<Record<string, ConditionTextVerdict['truth']>>;
    readonly of?: string;
  } = {},
): ModelProposal {
  const { actions = {}, fits = {}, verdicts = {}, of = '' } = said;
  return {
    outcome: 'PROPOSED',
    model: 'a-model',
    actions: new Map(Object.entries(actions)),
    fits: new Map(Object.entries(fits)),
    verdicts: Object.entries(verdicts).map(([transitionId, truth]) => ({
      scenarioId: of,
      scenarioVersion: 1,
      transitionId,
      truth,
    })),
  };
}
