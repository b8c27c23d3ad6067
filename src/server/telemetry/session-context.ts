import { type Context, createContextKey } from '@opentelemetry/api';

// The session in the OpenTelemetry context. The instrumentation of Redis creates spans that no code of the service sees, so the id
// reaches them through their parent context.

/** The session's id in the GenAI conventions (https://opentelemetry.io/docs/specs/semconv/gen-ai/). */
export const sessionIdAttribute = 'gen_ai.conversation.id';

const key = createContextKey('orchestrator session id');

export function setSessionId(context: Context, sessionId: string): Context {
  return context.setValue(key, sessionId);
}

/** Returns undefined if the context concerns no session. */
export function getSessionId(context: Context): string | undefined {
  const sessionId = context.getValue(key);
  return typeof sessionId === 'string' ? sessionId : undefined;
}
