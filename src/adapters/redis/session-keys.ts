import type { SessionKey } from '../../domain/session';
import { hashTag } from './key-part';

/** The keys that hold everything of a session; commit.lua says what is in them. */
export interface SessionKeys {
  /** Hash: state, revision and the ids of the recorded turns. Also the name of the channel that tells of every change. */
  readonly session: string;
  /** Stream: the recorded turns. */
  readonly log: string;
}

/** The keys of a session, on one hash tag. */
export function sessionKeys(prefix: string, key: SessionKey): SessionKeys {
  const tagged = prefix + hashTag(key.tenantId, key.sessionId);
  return { session: `${tagged}:session`, log: `${tagged}:turns` };
}
