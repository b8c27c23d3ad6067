import { type Context, type ContextManager, ROOT_CONTEXT } from '@opentelemetry/api';

/**
 * A context that follows nothing. Spans travel with the `Call`; a context that follows promises would cost every promise of the process, from
 * the first time that the SDK sets a context for an export (ADR 0014).
 */
export const noContextManager: ContextManager = {
  active: () => ROOT_CONTEXT,
  with: (_context: Context, work, self, ...args) => Reflect.apply(work, self, args),
  bind: (_context: Context, target) => target,
  enable: () => noContextManager,
  disable: () => noContextManager,
};
