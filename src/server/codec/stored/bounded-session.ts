import { OrchestratorError } from '../../../core/model/orchestrator-error';
import type { Session } from '../../../core/model/session';
import type { SessionLimits } from '../../ports/session-limits';
import { encodeSession, measureSession } from './stored-values';

/**
 * Encodes a session that replaces `previous`, which is undefined if there is none. A session above a limit, which a release without the
 * limit stored, may stay as large as it is or shrink, so that its conversation can continue.
 *
 * @throws OrchestratorError SESSION_TOO_LARGE if the session exceeds a limit and the value of that limit has grown.
 */
export function encodeBoundedSession(
  session: Session,
  previous: Session | undefined,
  { maxBytes, maxVariables }: SessionLimits,
): Uint8Array {
  const variables = countVariables(session);
  if (variables > maxVariables && variables > (previous === undefined ? 0 : countVariables(previous))) {
    throw createSessionTooLargeError(session, { limit: 'session_variables', size: variables, maxSize: maxVariables });
  }
  const state = encodeSession(session);
  if (state.length > maxBytes && state.length > (previous === undefined ? 0 : measureSession(previous))) {
    throw createSessionTooLargeError(session, { limit: 'session_bytes', size: state.length, maxSize: maxBytes });
  }
  return state;
}

/** Counts the variables of a session and of its instances. */
function countVariables({ variables, instances }: Session): number {
  return instances.reduce((count, instance) => count + instance.variables.size, variables.size);
}

interface Excess {
  readonly limit: 'session_bytes' | 'session_variables';
  readonly size: number;
  readonly maxSize: number;
}

const units: Readonly<Record<Excess['limit'], string>> = {
  session_bytes: 'bytes',
  session_variables: 'variables',
};

function createSessionTooLargeError({ sessionId }: Session, { limit, size, maxSize }: Excess): OrchestratorError {
  const unit = units[limit];
  return new OrchestratorError(
    'SESSION_TOO_LARGE',
    `The session would have ${size} ${unit}; at most ${maxSize} are allowed (limits.${limit}). Nothing was changed. Send smaller or ` +
      'fewer values, or delete variables with a null in session_variables.',
    { metadata: { session_id: sessionId, limit, size: String(size), max_size: String(maxSize) } },
  );
}
