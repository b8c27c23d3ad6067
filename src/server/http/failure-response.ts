import { type FileRegistry, fromBinary, type JsonObject, type JsonValue, toJson } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { codeToHttpStatus, codeToString } from '@connectrpc/connect/protocol-connect';
import type { CallFailure, FailureDetail } from '../ports/contract-calls';
import type { HttpResponse } from './http-types';

/** An error of the Connect protocol in JSON. */
export interface FailureBody {
  readonly status: number;
  readonly json: JsonObject;
}

/** The rest of a refused request is read up to this size. Bytes. */
const maxIgnoredBytes = 65_536;

/** Converts a failure to the error of the Connect protocol. Its details have a readable form too, in `debug`. */
export function toFailureBody(failure: CallFailure, registry: FileRegistry): FailureBody {
  const code = toCode(failure.code);
  const details = failure.details.map((detail) => toJsonDetail(detail, registry));
  return { status: codeToHttpStatus(code), json: { code: codeToString(code), message: failure.message, details } };
}

/** The numbers of google.rpc.Code are those of Connect. */
export function toCode(code: number): Code {
  return code in Code ? (code as Code) : Code.Unknown;
}

/** Returns the readable form of a detail; undefined for a message that the contract does not contain. */
export function toDebugJson({ type, value }: FailureDetail, registry: FileRegistry): JsonValue | undefined {
  const descriptor = registry.getMessage(type);
  return descriptor && toJson(descriptor, fromBinary(descriptor, value), { registry });
}

/** Sends JSON. */
export function sendJson(
  response: HttpResponse,
  status: number,
  json: JsonValue,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent) return;
  const body = Buffer.from(JSON.stringify(json));
  closeUnlessRestIsSmall(response);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': String(body.length),
    ...headers,
  });
  response.end(body);
}

/** Sends the error of a call, or of a request that is no call. */
export function sendFailure(response: HttpResponse, failure: CallFailure, registry: FileRegistry): void {
  const { status, json } = toFailureBody(failure, registry);
  sendJson(response, status, json);
}

/** Sends an error of HTTP itself, in the same form. */
export function sendRefusal(
  response: HttpResponse,
  status: number,
  code: Code,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendJson(response, status, { code: codeToString(code), message }, headers);
}

/**
 * Closes an HTTP/1.1 connection after the response if a large part of the request may follow. Node.js reads the rest of a small one: a client
 * that is still sending when the connection is closed could lose the response.
 */
export function closeUnlessRestIsSmall(response: HttpResponse): void {
  const { req } = response;
  if (req.complete || req.httpVersionMajor !== 1) return;
  const { 'transfer-encoding': encoding, 'content-length': length = '0' } = req.headers;
  if (encoding !== undefined || Number(length) > maxIgnoredBytes) response.setHeader('connection', 'close');
}

function toJsonDetail(detail: FailureDetail, registry: FileRegistry): JsonObject {
  const debug = toDebugJson(detail, registry);
  const value = Buffer.from(detail.value).toString('base64').replace(/=+$/, '');
  return { type: detail.type, value, ...(debug === undefined ? {} : { debug }) };
}
