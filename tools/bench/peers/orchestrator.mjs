// The rules of this service on plain Redis: loads and decodes the session, decodes and decides the turn, encodes the response, and stores
// the session. The rules do more than the other engines: corrections, priorities, reasons and the complete response.

import { Turn } from '../../../dist/gen/focal/orchestration/v1/turn.js';
import { decideTurn } from '../../../dist/src/core/decide-turn.js';
import { createEmptySession } from '../../../dist/src/core/model/session.js';
import { defaultSettings } from '../../../dist/src/core/model/settings.js';
import { ProtoTurnCodec } from '../../../dist/src/server/codec/stored/proto-turn-codec.js';
import { decodeSession, encodeSession } from '../../../dist/src/server/codec/stored/stored-values.js';
import { turnFromProto } from '../../../dist/src/server/codec/wire/turn-message-codec.js';
import { UuidV5InstanceIdGenerator } from '../../../dist/src/server/runtime/system.js';
import { mainStepCount } from '../../../dist/tools/bench/workload/scenarios.js';
import { buildSessionTurns, defaultShape } from '../../../dist/tools/bench/workload/session-turns.js';
import { buildWorkloadCatalogue } from '../../../dist/tools/bench/workload/turn-inputs.js';

export const orchestrator = {
  name: 'the rules of this service on plain Redis',
  /** Encodes the turns before the measurement. */
  prepare: (sessionId) => buildSessionTurns(defaultShape, sessionId).map((turn) => Turn.encode(turn).finish()),
  engine: (redis) => {
    const catalogue = buildWorkloadCatalogue(defaultShape, mainStepCount);
    const codec = new ProtoTurnCodec();
    const instanceIdGenerator = new UuidV5InstanceIdGenerator();
    return async (sessionId, bytes) => {
      const key = `orchestrator:${sessionId}`;
      const stored = await redis.getBuffer(key);
      const turn = turnFromProto(Turn.decode(bytes), 0);
      const { session, explain } = decideTurn({
        session: stored === null ? createEmptySession(turn) : decodeSession(stored),
        turn,
        catalogue,
        settings: defaultSettings,
        getNewInstanceId: (scenarioId) => instanceIdGenerator.generateInstanceId(sessionId, turn.turnId, scenarioId),
      });
      codec.encodeResult(explain());
      await redis.set(key, Buffer.from(encodeSession(session)), 'EX', 3_600);
      return session.instances.map(({ currentStepId }) => currentStepId);
    };
  },
};
