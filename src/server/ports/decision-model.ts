import type { ModelRequest } from '../../core/context/model-request';
import type { ModelProposal } from '../../core/model/model-proposal';
import type { Call } from './call';

/** The optional language model of the lifecycle phase (section 9). */
export interface DecisionModel {
  /**
   * Resolves to the proposal of the model, or to the reason why there is none. Resolves early enough before the deadline for the
   * turn to be decided and committed, even if the endpoint fails. The proposal covers only items of the request. Rejects with an
   * OrchestratorError CANCELLED, or with the reason of the call's signal, if the caller cancels.
   */
  propose(request: ModelRequest, call: Call): Promise<ModelProposal>;
}
