import type { LegacySession } from '../../../core/model/legacy-session';
import type { SessionKey } from '../../../core/model/session';
import type { Call } from '../../ports/call';
import type { Clock } from '../../ports/clock';
import type { LegacySessionStore } from '../../ports/legacy-session-store';
import type { Logger } from '../../ports/logger';
import { getTraceFields } from '../../ports/span';
import { largeValueBytes } from './large-values';
import { InvalidLegacySessionError, parseLegacySession } from './legacy-session-record';
import type { RedisConnection } from './redis-connection';
import { isWrongTypeError } from './redis-errors';
import { asInteger } from './script-reply';

export interface RedisLegacySessionStoreOptions {
  /** The template of a record's key, with the placeholders `{tenant_id}` and `{session_id}`. */
  readonly keyTemplate: string;
  /** The time to live of a record after its last activity, in milliseconds. */
  readonly sessionTtlMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A larger record is an error, because the service accepts no session of that size. */
const maxRecordBytes = 4 * 1024 * 1024;

/**
 * The sessions of a legacy service in the same Redis, each stored as JSON in a string key. In a Cluster, a record may be on
 * another node than the session, so no script uses both.
 */
export class RedisLegacySessionStore implements LegacySessionStore {
  constructor(
    private readonly connection: RedisConnection,
    private readonly options: RedisLegacySessionStoreOptions,
  ) {}

  async find(session: SessionKey, call: Call): Promise<LegacySession | undefined> {
    for (const key of this.listKeys(session)) {
      const record = await this.findByKey(key, call);
      if (record !== undefined) return record;
    }
    return undefined;
  }

  async delete(session: SessionKey, call: Call): Promise<boolean> {
    let count = 0;
    // One command for each key, because the keys may be on different nodes of a Cluster.
    for (const key of this.listKeys(session)) count += asInteger(await this.connection.write(call, 'unlink', key));
    return count > 0;
  }

  private async findByKey(key: string, call: Call): Promise<LegacySession | undefined> {
    try {
      const json = await this.readRecord(key, call);
      const record = json === '' ? undefined : parseLegacySession(json);
      return record !== undefined && this.isExpired(record) ? undefined : record;
    } catch (error) {
      if (!(error instanceof InvalidLegacySessionError)) throw error;
      const fields = { ...getTraceFields(call.span), key, problem: error.message };
      this.options.log.error(fields, 'cannot read the legacy session; starting a new session');
      return undefined;
    }
  }

  /**
   * Returns the keys that a record may have: with the ids in lower case, as requests are read, and, if they contain letters, in upper
   * case, as some libraries print UUIDs.
   */
  private listKeys(session: SessionKey): readonly string[] {
    const key = this.getKey(session);
    const upper = this.getKey({
      tenantId: session.tenantId.toUpperCase(),
      sessionId: session.sessionId.toUpperCase(),
    });
    return upper === key ? [key] : [key, upper];
  }

  private getKey({ tenantId, sessionId }: SessionKey): string {
    const ids = new Map([
      ['{tenant_id}', tenantId],
      ['{session_id}', sessionId],
    ]);
    return this.options.keyTemplate.replace(/\{(?:tenant|session)_id\}/g, (placeholder) => ids.get(placeholder) ?? '');
  }

  /** Returns the JSON of a record; "" if the key does not exist. */
  private async readRecord(key: string, call: Call): Promise<string> {
    try {
      const start = await this.connection.read(call, (client) => client.getrangeBuffer(key, 0, largeValueBytes));
      if (start.length <= largeValueBytes) return start.toString();
      // One byte more than the limit, to detect a larger record.
      const bytes = await this.connection.readLarge(call, (client) => client.getrangeBuffer(key, 0, maxRecordBytes));
      if (bytes.length <= maxRecordBytes) return bytes.toString();
    } catch (error) {
      if (isWrongTypeError(error)) throw new InvalidLegacySessionError('the key does not hold a string');
      throw error;
    }
    throw new InvalidLegacySessionError(`the record is larger than ${maxRecordBytes} bytes`);
  }

  /** Whether a record has expired. Without this check, a record would be adopted again after the adopted session expires. */
  private isExpired({ lastActiveAt }: LegacySession): boolean {
    return lastActiveAt !== undefined && lastActiveAt + this.options.sessionTtlMs <= this.options.clock.now();
  }
}
