import { isSpanContextValid, trace } from '@opentelemetry/api';
import { type DestinationStream, pino } from 'pino';
import type { Logger } from '../ports/logger';
import { toLogFields } from './log-fields';

/** How much is logged, and where to. */
export interface PinoLoggerOptions {
  /** The least severe level that is written. */
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Whether values of customers may be written. */
  readonly customerData: boolean;
  /** Default standard output, one write a line, so that a crash loses none. */
  readonly destination?: DestinationStream;
}

/** A log of JSON lines, each with the trace that it belongs to where there is one. */
export function createPinoLogger({ level, customerData, destination }: PinoLoggerOptions): Logger {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: traceFields,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => toLogFields(fields, customerData),
      },
      // Errors were told by writtenFields; pino's own serializer would take them for errors once more.
      serializers: { err: (told: unknown) => told },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
  return Object.assign(logger, { isDebug: logger.isLevelEnabled('debug') });
}

function traceFields(): object {
  const context = trace.getActiveSpan()?.spanContext();
  if (context === undefined || !isSpanContextValid(context)) return {};
  return { trace_id: context.traceId, span_id: context.spanId };
}
