import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { Metrics } from '../ports/metrics';
import type { SessionStore } from '../ports/session-store';

/** Records duration and outcome of store operations. Returns `store` itself if metrics are off. */
export function withStoreMetrics(store: SessionStore, metrics: Metrics): SessionStore {
  if (!metrics.isEnabled) return store;
  const measure = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    const endOperation = metrics.startStoreOperation(operation);
    try {
      const result = await work();
      endOperation('ok');
      return result;
    } catch (error) {
      endOperation(error instanceof OrchestratorError ? error.reason : 'INTERNAL');
      throw error;
    }
  };
  return {
    load: (...args) => measure('load', () => store.load(...args)),
    commit: (...args) => measure('commit', () => store.commit(...args)),
    create: (...args) => measure('create', () => store.create(...args)),
    read: (...args) => measure('read', () => store.read(...args)),
    listTurns: (...args) => measure('list_turns', () => store.listTurns(...args)),
    readTurnHistory: (...args) => measure('read_turn_history', () => store.readTurnHistory(...args)),
    delete: (...args) => measure('delete', () => store.delete(...args)),
    onChange: (...args) => store.onChange(...args),
    probe: (...args) => measure('probe', () => store.probe(...args)),
    close: () => store.close(),
  };
}
