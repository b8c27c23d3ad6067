import { getLastMessageAt } from '../../codec/stored/index-entry';
import type { Call } from '../../ports/call';
import type {
  CountFilter,
  SessionCounts,
  SessionIndex,
  SessionPage,
  SessionPageQuery,
} from '../../ports/session-index';
import type { EmbeddedEnvironment } from './embedded-environment';
import type { EmbeddedSessionStore } from './embedded-session-store';

/** The index that `EmbeddedSessionStore` writes. */
export class EmbeddedSessionIndex implements SessionIndex {
  readonly partitions = 1;

  constructor(
    private readonly environment: EmbeddedEnvironment,
    private readonly sessionStore: EmbeddedSessionStore,
  ) {}

  async readPage(query: SessionPageQuery, call: Call): Promise<SessionPage> {
    return this.environment.read(call, () => this.sessionStore.index.list(query));
  }

  async readLastMessageTimes(
    tenantId: string,
    sessionIds: readonly string[],
    call: Call,
  ): Promise<readonly (number | undefined)[]> {
    const times: (number | undefined)[] = [];
    for (const sessionId of sessionIds) {
      const session = await this.sessionStore.read({ tenantId, sessionId }, call);
      times.push(session && getLastMessageAt(session));
      // A state is decoded for each session, so other calls are processed in between.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return times;
  }

  async count(tenantId: string, filter: CountFilter, call: Call): Promise<SessionCounts> {
    return this.environment.read(call, () => this.sessionStore.index.readCounts(tenantId, filter));
  }
}
