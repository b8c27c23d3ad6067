import type { Metrics } from '../../ports/metrics';

const unheard = (): void => {};

/** What the service is given where nobody reads metrics. */
export const noMetrics: Metrics = {
  isRead: false,
  turnBegins: () => unheard,
  conflict: unheard,
  phaseBegins: () => unheard,
  storeBegins: () => unheard,
  modelBegins: () => unheard,
  callBegins: () => unheard,
  accessRefused: unheard,
};
