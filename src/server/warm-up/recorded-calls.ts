import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WarmUpCall } from './warm-up-client';

/** The file recorded-calls.json, which `npm run warm-up-calls` writes. Requests are in base64. */
export interface RecordedCalls {
  /** The calls that store the example scenarios. */
  readonly catalogue: readonly RecordedCall[];
  /** The calls of each example conversation. The last one deletes the session. */
  readonly sessions: readonly (readonly RecordedCall[])[];
}

interface RecordedCall {
  readonly path: string;
  readonly request: string;
}

export interface ExampleCalls {
  readonly catalogue: readonly WarmUpCall[];
  readonly sessions: readonly (readonly WarmUpCall[])[];
}

/** Reads the calls that store the example scenarios, and those of the example conversations. */
export function readExampleCalls(): ExampleCalls {
  const { catalogue, sessions }: RecordedCalls = JSON.parse(
    readFileSync(join(__dirname, 'recorded-calls.json'), 'utf8'),
  );
  return { catalogue: catalogue.map(decode), sessions: sessions.map((calls) => calls.map(decode)) };
}

function decode({ path, request }: RecordedCall): WarmUpCall {
  return { path, request: Buffer.from(request, 'base64') };
}
