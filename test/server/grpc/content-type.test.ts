import { SessionServiceService } from '../../../gen/focal/orchestration/v1/session_service';
import { OrchestratorError } from '../../../src/core/model/orchestrator-error';
import { type GrpcUnderTest, startGrpc } from '../../support/grpc-under-test';
import { postRaw, toGrpcFrame } from '../../support/raw-http2';
import { uuid } from '../../support/session-builder';

const { getSession } = SessionServiceService;
const request = toGrpcFrame(getSession.requestSerialize({ tenantId: uuid(1), sessionId: uuid(3) }));

let grpc: GrpcUnderTest;
beforeAll(async () => {
  const getSession = () => Promise.reject(new OrchestratorError('SESSION_NOT_FOUND', 'It does not exist.'));
  grpc = await startGrpc({ getSession });
});
afterAll(() => grpc.stop());

const post = (contentType: string) => postRaw(grpc.address, getSession.path, { 'content-type': contentType }, request);

test.each(['application/grpc', 'application/grpc+proto', 'application/grpc;charset=utf-8', 'Application/gRPC'])(
  'a request with the content type %s is processed',
  async (contentType) => {
    expect(await post(contentType)).toMatchObject({ httpStatus: 200, reason: 'SESSION_NOT_FOUND' });
  },
);

test.each([
  'application/grpc-web',
  'application/grpc-web+proto',
  'application/grpc+json',
  'application/grpc+thrift',
  'application/grpcx',
  'application/x-protobuf',
  'application/json',
  'text/plain',
  '',
])('a request with the content type "%s" is answered with 415', async (contentType) => {
  expect(await post(contentType)).toEqual({ httpStatus: 415, status: '', reason: '' });
});
