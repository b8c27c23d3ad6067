import type { Client } from '@grpc/grpc-js';
import { status as statusName } from '@grpc/grpc-js';
import { CallError } from 'scenario-orchestrator-client';
import { ErrorInfo } from '../../../gen/google/rpc/error_details';
import { callRaw, streamRaw } from '../../support/grpc-under-test';
import { TurnStream } from '../../support/turn-stream';
import type { EncodedRequest } from './sample-requests';

/** Returns the outcome of a request: `OK`, or its status and reason. */
export async function getCallOutcome(client: Client, request: EncodedRequest): Promise<string> {
  if (request.kind === 'stream of turns') return getTurnOutcome(client, request.bytes);
  const call = request.kind === 'unary' ? callRaw : streamRaw;
  try {
    await call({ client }, request.path, request.bytes);
    return 'OK';
  } catch (error) {
    return formatError(error);
  }
}

/** Returns the outcome of a stream with one turn: the error of the turn if there is one, otherwise that of the stream. */
async function getTurnOutcome(client: Client, bytes: Uint8Array): Promise<string> {
  const stream = new TurnStream({ client });
  stream.send(bytes);
  stream.halfClose();
  const ended = await stream.ended;
  if (ended !== undefined) return formatError(ended);
  const [answer] = await stream.waitForResponses(1);
  if (answer?.result?.$case !== 'error') return 'OK';
  const { code, details } = answer.result.value;
  const info = details.find(({ typeUrl }) => typeUrl.endsWith('google.rpc.ErrorInfo'));
  return `${statusName[code]} ${info === undefined ? '' : ErrorInfo.decode(info.value).reason}`.trim();
}

function formatError(error: unknown): string {
  if (!(error instanceof CallError)) throw error;
  return `${error.status} ${error.reason}`.trim();
}
