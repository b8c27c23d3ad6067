import { Redis } from 'ioredis';
import { connect, insecure } from 'scenario-orchestrator-client';
import { ProcessTurnRequest, ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { getSessionKeys } from '../../../src/server/stores/redis/redis-keys';
import { Closers } from '../closers';
import type { BenchServer } from '../servers/bench-server';
import { agent, sessionTurns, turnsPerSession, usualShape } from '../workload/session-turns';

/** What a session of the workload moves and leaves behind, bytes. */
export interface SessionSizes {
  /** Means of its turns: a request, an answer, the state that a commit stores beside them. */
  readonly request: number;
  readonly answer: number;
  readonly state: number;
  /** Memory that Redis has in use for the session after its last turn. */
  readonly stored: number;
}

/** The prefix of the keys of config/default.toml. */
const keyPrefix = 'so:';

/** Plays one session and looks what is stored. */
export function sessionSizes(service: BenchServer, redisPort: number): Promise<SessionSizes> {
  const closers = new Closers();
  return closers.during(async () => {
    const redis = closers.add(new Redis(redisPort, '127.0.0.1'), (opened) => opened.disconnect());
    const client = closers.add(connect(service.address, { credentials: insecure() }), (opened) => opened.close());
    const turns = sessionTurns(usualShape);
    const { session, turnLog: log } = getSessionKeys(keyPrefix, { ...agent, sessionId: turns[0]?.sessionId ?? '' });
    const sum = { request: 0, answer: 0, state: 0 };
    for (const turn of turns) {
      const request = ProcessTurnRequest.fromPartial({ turn });
      const { response } = await client.processTurn(request);
      sum.request += ProcessTurnRequest.encode(request).finish().length;
      sum.answer += ProcessTurnResponse.encode(response).finish().length;
      sum.state += await redis.hstrlen(session, 's');
    }
    const memory = await Promise.all([session, log].map((key) => redis.memory('USAGE', key, 'SAMPLES', 0)));
    return {
      request: sum.request / turnsPerSession,
      answer: sum.answer / turnsPerSession,
      state: sum.state / turnsPerSession,
      stored: memory.reduce<number>((total, bytes) => total + (bytes ?? 0), 0),
    };
  });
}
