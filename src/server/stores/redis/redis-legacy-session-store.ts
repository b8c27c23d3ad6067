import type { LegacySession } from '../../../core/model/legacy-session';
import type { SessionKey } from '../../../core/model/session';
import type { Call } from '../../ports/call';
import type { Clock } from '../../ports/clock';
import type { LegacySessionStore } from '../../ports/legacy-session-store';
import type { Logger } from '../../ports/logger';
import { InvalidLegacySessionError, parseLegacySession } from './legacy-session-record';
import type { RedisConnection } from './redis-connection';
import { isWrongTypeError } from './redis-errors';
import { asInteger } from './script-reply';

export interface RedisLegacySessionStoreOptions {
  /** The key of a record, with `{tenant_id}` and `{session_id}` where the ids stand. */
  readonly keyTemplate: string;
  /** How long after it was last active a record still counts, milliseconds. */
  readonly sessionTtlMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A longer record is not read: no session that this service takes is. */
const longestRecord = 4 * 1024 * 1024;

/**
 * The records of an older service in the same Redis, one string of JSON each. They may lie on any node of a Cluster, so no script
 * touches them together with a session.
 */
export class RedisLegacySessionStore implements LegacySessionStore {
  constructor(
    private readonly connection: RedisConnection,
    private readonly options: RedisLegacySessionStoreOptions,
  ) {}

  async find(session: SessionKey, call: Call): Promise<LegacySession | undefined> {
    const key = this.keyOf(session);
    try {
      const json = await this.text(key, call);
      const record = json === '' ? undefined : parseLegacySession(json);
      return record !== undefined && this.isOver(record) ? undefined : record;
    } catch (error) {
      if (!(error instanceof InvalidLegacySessionError)) throw error;
      const fields = { key, problem: error.message };
      this.options.log.error(fields, 'the record of an older session cannot be read: the session begins anew');
      return undefined;
    }
  }

  async delete(session: SessionKey, call: Call): Promise<boolean> {
    const key = this.keyOf(session);
    return asInteger(await this.connection.write(call, 'unlink', key)) > 0;
  }

  private keyOf({ tenantId, sessionId }: SessionKey): string {
    const ids = new Map([
      ['{tenant_id}', tenantId],
      ['{session_id}', sessionId],
    ]);
    return this.options.keyTemplate.replace(/\{(?:tenant|session)_id\}/g, (placeholder) => ids.get(placeholder) ?? '');
  }

  /** The record's text; "" where there is none. */
  private async text(key: string, call: Call): Promise<string> {
    try {
      const bytes = await this.connection.read(call, (client) => client.getrangeBuffer(key, 0, longestRecord));
      if (bytes.length <= longestRecord) return bytes.toString();
    } catch (error) {
      if (isWrongTypeError(error)) throw new InvalidLegacySessionError('the key holds no string');
      throw error;
    }
    throw new InvalidLegacySessionError(`the record is longer than ${longestRecord} bytes`);
  }

  /** Else the record would come back whenever the session that was made of it has expired. */
  private isOver({ lastActiveAt }: LegacySession): boolean {
    return lastActiveAt !== undefined && lastActiveAt + this.options.sessionTtlMs <= this.options.clock.now();
  }
}
