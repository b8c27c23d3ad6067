import { decodeSession } from '../../codec/stored/stored-values';
import type { EmbeddedEnvironment } from './embedded-environment';
import type { SessionIndexTable } from './session-index-table';
import type { SessionTable } from './session-tables';

/** Builds the index of a store in which a release without an index has written last. An interrupted build starts again with the next opening. */
export function buildIndex(environment: EmbeddedEnvironment, index: SessionIndexTable, sessions: SessionTable): void {
  environment.initialize(() => {
    index.clear();
    // The state of a session that is being deleted is empty.
    for (const { state } of sessions.listAll()) if (state.length > 0) index.put(decodeSession(state));
  });
}
