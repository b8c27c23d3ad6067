import { OrchestratorError } from '../../core/model/orchestrator-error';

/** What is too large, and the limit that it exceeds. */
export interface Excess {
  /** The subject of the sentence, for example `The request`. */
  readonly subject: string;
  /** The name of the setting or of the fixed limit, without its section. */
  readonly limit: string;
  readonly size: number;
  readonly maxSize: number;
  /** The unit of both sizes. Default: bytes. */
  readonly unit?: string;
  /** What the caller can do, as a sentence. */
  readonly advice: string;
}

/** Creates the error for something that exceeds a size limit. Nothing was changed. */
export function createTooLargeError({
  subject,
  limit,
  size,
  maxSize,
  unit = 'bytes',
  advice,
}: Excess): OrchestratorError {
  return new OrchestratorError(
    'TOO_LARGE',
    `${subject} has ${size} ${unit}; at most ${maxSize} are allowed (${limit}). Nothing was changed. ${advice}`,
    { metadata: { limit, size: String(size), max_size: String(maxSize) } },
  );
}
