import type { CloudEvent } from '../../../src/cli/export/cloud-event';

/** A sink that a test reads and stops. */
export interface SinkUnderTest {
  /** The arguments of `export`, without the consumer. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** How the sink becomes unavailable and is back, with what it had. A file has no outage. */
  readonly outage?: { start(): Promise<void>; end(): Promise<void> };
  /** Whether the sink itself ignores an event that it has. */
  readonly ignoresRepeats?: boolean;
  /** Returns what has arrived so far, in the order in which it arrived, with repeated events. */
  read(): Promise<readonly CloudEvent[]>;
  close(): Promise<void>;
}
