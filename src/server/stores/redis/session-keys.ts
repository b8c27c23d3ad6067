import type { SessionKey } from '../../../core/model/session';
import { createHashTag } from './redis-keys';

/** The keys that hold everything of a session; commit.lua says what is in them. */
export interface SessionKeys {
  /** Hash: state, revision and the ids of the recorded turns. Also the name of the channel that tells of every change. */
  readonly session: string;
  /** Stream: the recorded turns. */
  readonly turnLog: string;
}

/** The keys of a session, on one hash tag. */
export function getSessionKeys(prefix: string, key: SessionKey): SessionKeys {
  const tagged = prefix + createHashTag(key.tenantId, key.sessionId);
  return { session: `${tagged}:session`, turnLog: `${tagged}:turns` };
}
