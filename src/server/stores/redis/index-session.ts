import type { SessionKey } from '../../../core/model/session';
import { encodeIndexEntry, getLastMessageAt } from '../../codec/stored/index-entry';
import { decodeSession } from '../../codec/stored/stored-values';
import type { Call } from '../../ports/call';
import { LuaScript } from './lua-script';
import type { RedisConnection } from './redis-connection';
import { getSessionKeys, type KeySpace } from './redis-keys';
import { asInteger } from './script-reply';
import { listIndexKeys } from './scripts/index-arguments';

const script = LuaScript.load('index-session');

/** Adds a session that no node uses to the index, or updates its entry. Resolves to false if the session does not exist. */
export async function indexSession(
  store: Pick<RedisConnection, 'read' | 'runScript'>,
  keySpace: KeySpace,
  key: SessionKey,
  now: number,
  call: Call,
): Promise<boolean> {
  const keys = getSessionKeys(keySpace, key);
  const state = await store.read(call, (client) => client.hgetBuffer(keys.session, 's'));
  if (state === null) return false;
  const session = decodeSession(state);
  const names = [keys.session, keys.partition.count, ...listIndexKeys(keys.partition)] as const;
  const args = [state, encodeIndexEntry(session), getLastMessageAt(session), now];
  return asInteger(await store.runScript(call, 'write', script, names, args)) > 0;
}
