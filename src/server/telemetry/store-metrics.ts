import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { Metrics } from '../ports/metrics';
import type { SessionStore } from '../ports/session-store';

/** The store with its operations timed and counted by how they end; the store itself where nobody reads metrics. */
export function withStoreMetrics(store: SessionStore, metrics: Metrics): SessionStore {
  if (!metrics.isEnabled) return store;
  const metered = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    const ended = metrics.startStoreOperation(operation);
    try {
      const result = await work();
      ended('ok');
      return result;
    } catch (error) {
      ended(error instanceof OrchestratorError ? error.reason : 'INTERNAL');
      throw error;
    }
  };
  return {
    load: (...all) => metered('load', () => store.load(...all)),
    commit: (...all) => metered('commit', () => store.commit(...all)),
    create: (...all) => metered('create', () => store.create(...all)),
    read: (...all) => metered('read', () => store.read(...all)),
    listTurns: (...all) => metered('list_turns', () => store.listTurns(...all)),
    delete: (...all) => metered('delete', () => store.delete(...all)),
    onChange: (...all) => store.onChange(...all),
    probe: (...all) => metered('probe', () => store.probe(...all)),
    close: () => store.close(),
  };
}
