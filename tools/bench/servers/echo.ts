import type { BenchServer } from './bench-server';
import { startForked } from './start-forked';

/** What a bare server is given to move, so that it moves as many bytes as the service. */
export interface EchoSizes {
  readonly redisPort: number;
  /** Of an answer. */
  readonly answerBytes: number;
  /** Of the value that its script stores. */
  readonly valueBytes: number;
}

/** Full method of the bare server. */
export const echoMethod = '/bench.Echo/Echo';

/** Starts a bare server in a process of its own, which ends with this one. */
export function startEcho(sizes: EchoSizes): Promise<BenchServer> {
  return startForked('echo-server', sizes);
}
