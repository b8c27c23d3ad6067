import type { PeerCertificate, TLSSocket } from 'node:tls';
import { CallFailure, type ContractCall } from '../ports/contract-calls';
import type { Exchange, HttpContext } from './context';
import { readDeadline } from './deadline';
import type { HttpRequest } from './http-types';

/**
 * Admits a call, runs it, and records its end. `respond` reads the body and sends the response. It is canceled when the client disconnects.
 * A failure is passed to `sendFailure`. Never rejects.
 */
export async function runCall(
  context: Pick<HttpContext, 'calls' | 'clock' | 'log'>,
  { method, request, response }: Exchange,
  respond: (call: ContractCall) => Promise<void>,
  sendFailure: (failure: CallFailure) => void,
): Promise<void> {
  let call: ContractCall | undefined;
  let isClosed = false;
  response.once('close', () => {
    isClosed = true;
    call?.cancel();
  });
  try {
    const { remoteAddress, remotePort } = request.socket;
    call = await context.calls.start({
      method,
      headers: request.headers,
      peer: `${remoteAddress}:${remotePort}`,
      getClientCertificate: () => getClientCertificate(request),
      deadline: readDeadline(request, context.clock),
    });
    if (isClosed) call.cancel();
    await respond(call);
    call.end();
  } catch (thrown) {
    const failure = toFailure(thrown, call, context);
    call?.end(failure);
    sendFailure(failure);
  }
}

function toFailure(
  thrown: unknown,
  call: ContractCall | undefined,
  { calls }: Pick<HttpContext, 'calls'>,
): CallFailure {
  if (thrown instanceof CallFailure) return thrown;
  return call === undefined ? calls.toFailure(thrown) : call.toFailure(thrown);
}

/** Returns the certificate of the client if a configured authority has signed it. */
function getClientCertificate({ socket }: Pick<HttpRequest, 'socket'>): PeerCertificate | undefined {
  if (!isTls(socket) || !socket.authorized) return undefined;
  const certificate = socket.getPeerCertificate();
  return certificate.raw === undefined ? undefined : certificate;
}

/** The socket of an HTTP/2 request is a proxy, which is no instance of TLSSocket. */
function isTls(socket: HttpRequest['socket']): socket is TLSSocket {
  return 'getPeerCertificate' in socket;
}
