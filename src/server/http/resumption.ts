import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { OrchestratorError } from '../../core/model/orchestrator-error';

/** How the events of a method are numbered, and how a stream resumes after one. */
export interface Resumption {
  /** Returns the id of the event for a message; undefined if the stream cannot be resumed after it. */
  getEventId(message: JsonObject, request: JsonObject): string | undefined;
  /** Returns the request that continues after an event. Throws an OrchestratorError if the id is invalid. */
  resumeAfter(eventId: string, request: JsonObject): JsonObject;
}

const sessionPath = '/focal.orchestration.v1.SessionService';

/** By method path. The events of every other method have no id. */
export const resumptions: ReadonlyMap<string, Resumption> = new Map([
  [
    `${sessionPath}/WatchSession`,
    {
      /** The revision and the turn_id, so that another history of the session is noticed. */
      getEventId({ turn }) {
        return isObject(turn) ? `${turn['revision']}/${turn['turnId']}` : undefined;
      },
      resumeAfter(eventId, { after_revision: _revision, after_turn_id: _turnId, ...request }) {
        const [, revision, turnId = ''] = /^(\d{1,10})(?:\/([0-9a-fA-F-]{36}))?$/.exec(eventId) ?? [];
        if (revision === undefined) {
          throw createInvalidIdError(
            'must be the id of an event of this stream: a revision, or a revision, "/" and a turn_id',
          );
        }
        return { ...request, afterRevision: Number(revision), afterTurnId: turnId };
      },
    },
  ],
  [
    `${sessionPath}/WatchTurns`,
    {
      /** The service keeps the cursor of a consumer. */
      getEventId: ({ cursor }, { consumer }) => (typeof cursor === 'string' && !consumer ? cursor : undefined),
      resumeAfter: (eventId, request) => ({ ...request, cursor: eventId }),
    },
  ],
]);

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function createInvalidIdError(description: string): OrchestratorError {
  return new OrchestratorError('INVALID_REQUEST', 'The request has an invalid header', {
    violations: [{ field: 'Last-Event-ID', description }],
  });
}
