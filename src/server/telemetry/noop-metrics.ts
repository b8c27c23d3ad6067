import type { Metrics } from '../ports/metrics';

const unheard = (): void => {};

/** What the service is given where nobody reads metrics. */
export const noopMetrics: Metrics = {
  isEnabled: false,
  startTurn: () => unheard,
  recordCommitConflict: unheard,
  startPhase: () => unheard,
  startStoreOperation: () => unheard,
  startModelRequest: () => unheard,
  startCall: () => unheard,
  recordAccessFailure: unheard,
};
