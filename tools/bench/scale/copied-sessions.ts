import { randomUUID } from 'node:crypto';
import { connect, insecure } from 'scenario-orchestrator-client';
import { ProcessTurnRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { decodeSession, encodeSession } from '../../../src/server/codec/stored/stored-values';
import { getSessionKeys } from '../../../src/server/stores/redis/redis-keys';
import { progress } from '../progress';
import { agent, sessionTurns, usualShape } from '../workload/session-turns';
import type { Installation } from './installation';

/** The prefix of the keys of config/default.toml. */
const keyPrefix = 'so:';
const copiesAtOnce = 1_000;

/**
 * Fills Redis with so many finished sessions and returns their ids. One is played, the others are its copies under their own ids:
 * as large, and readable, though their recorded turns name the first.
 */
export async function copySessions({ service, redis }: Installation, count: number): Promise<readonly string[]> {
  const original = await playedSession(service.address);
  const from = getSessionKeys(keyPrefix, { ...agent, sessionId: original });
  const sessionIds = Array.from({ length: count }, () => randomUUID());
  await redis.ask(async (client) => {
    const state = await client.hgetBuffer(from.session, 's');
    if (state === null) throw new Error('The session that is to be copied is not stored.');
    const session = decodeSession(state);
    for (let done = 0; done < count; done += copiesAtOnce) {
      progress(`${done} of ${count} sessions`);
      const commands = client.pipeline();
      for (const sessionId of sessionIds.slice(done, done + copiesAtOnce)) {
        const to = getSessionKeys(keyPrefix, { ...agent, sessionId });
        commands.copy(from.session, to.session).copy(from.turnLog, to.turnLog);
        commands.hset(to.session, 's', Buffer.from(encodeSession({ ...session, sessionId })));
      }
      await commands.exec();
    }
  });
  return sessionIds;
}

async function playedSession(address: string): Promise<string> {
  const client = connect(address, { credentials: insecure() });
  try {
    const turns = sessionTurns(usualShape);
    for (const turn of turns) await client.processTurn(ProcessTurnRequest.fromPartial({ turn }));
    return turns[0]?.sessionId ?? '';
  } finally {
    client.close();
  }
}
