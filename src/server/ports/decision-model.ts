import type { ModelRequest } from '../../core/context/model-request';
import type { ModelProposal } from '../../core/model/model-proposal';
import type { Call } from './call';

/** The optional model of P6.2 (section 9). */
export interface DecisionModel {
  /**
   * What the model proposes, or why it was not heard: whatever becomes of the endpoint, this resolves early enough before the
   * call's deadline for the turn to be decided and committed. Asks about nothing that is not in the question, and proposes nothing
   * else. Rejects with an OrchestratorError CANCELLED, or the reason of the call's signal, when the caller gave up.
   */
  propose(question: ModelRequest, call: Call): Promise<ModelProposal>;
}
