// The rules of this service over the same plain Redis: the session's bytes are loaded and decoded, the turn decided, answer and session
// encoded, the session stored. They do more than the others (corrections, priorities, reasons, the whole answer); the caller's message
// is decoded, too.

import { Turn } from '../../dist/gen/focal/orchestration/v1/turn.js';
import { UuidV5InstanceIds } from '../../dist/src/adapters/system/index.js';
import { ProtoTurnCodec } from '../../dist/src/codec/proto-turn-codec.js';
import { decodeSession, encodeSession } from '../../dist/src/codec/session-codec.js';
import { turnFromProto } from '../../dist/src/codec/turn-message-codec.js';
import { decideTurn } from '../../dist/src/core/decide-turn.js';
import { emptySession } from '../../dist/src/core/session.js';
import { defaultSettings } from '../../dist/src/core/settings.js';
import { workloadCatalogue } from '../../dist/tools/bench/workload/decided-inputs.js';
import { walkedSteps } from '../../dist/tools/bench/workload/scenarios.js';
import { sessionTurns, usualShape } from '../../dist/tools/bench/workload/session-turns.js';

export const orchestrator = {
  name: 'the rules of this service over plain Redis',
  /** What callers send, before the clock runs. */
  prepare: (sessionId) => sessionTurns(usualShape, sessionId).map((turn) => Turn.encode(turn).finish()),
  engine: (redis) => {
    const catalogue = workloadCatalogue(usualShape, walkedSteps);
    const codec = new ProtoTurnCodec();
    const ids = new UuidV5InstanceIds();
    return async (sessionId, bytes) => {
      const key = `orchestrator:${sessionId}`;
      const stored = await redis.getBuffer(key);
      const turn = turnFromProto(Turn.decode(bytes), 0);
      const { session, result } = decideTurn({
        session: stored === null ? emptySession(turn) : decodeSession(stored),
        turn,
        catalogue,
        settings: defaultSettings,
        instanceIdOf: (scenarioId) => ids.instanceId(sessionId, turn.turnId, scenarioId),
      });
      codec.encodeResult(result);
      await redis.set(key, Buffer.from(encodeSession(session)), 'EX', 3_600);
      return session.instances.map(({ currentStepId }) => currentStepId);
    };
  },
};
