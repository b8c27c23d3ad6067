import { status } from '@grpc/grpc-js';
import { toTransportError } from '../../../../src/server/grpc/errors/transport-errors';

test.each([
  [status.DEADLINE_EXCEEDED, 'Deadline exceeded', 'DEADLINE', 'The deadline was exceeded.'],
  [status.RESOURCE_EXHAUSTED, 'Received message larger than max', 'TOO_LARGE', 'Received message larger than max.'],
  [
    status.INTERNAL,
    'Error deserializing request: bad',
    'UNDECODABLE_REQUEST',
    'The request could not be decompressed or deserialized.',
  ],
  [
    status.INTERNAL,
    'Failed to decompress message',
    'UNDECODABLE_REQUEST',
    'The request could not be decompressed or deserialized.',
  ],
  [status.INTERNAL, 'Invalid grpc-timeout value "x"', 'INVALID_REQUEST', 'Invalid grpc-timeout value "x".'],
  [status.UNIMPLEMENTED, 'Received multiple messages', 'NOT_IMPLEMENTED', 'Received multiple messages.'],
])('status %d with the text "%s" becomes %s', (code, details, reason, message) => {
  expect(toTransportError(code, details)).toMatchObject({ reason, message });
});

test.each([
  [status.INTERNAL, 'Unknown Error'],
  [status.UNIMPLEMENTED, 'The server does not implement the method /x/Received y'],
  [status.UNKNOWN, 'Received'],
  [status.UNAVAILABLE, 'The server is shutting down.'],
  [status.CANCELLED, 'Deadline exceeded'],
])('status %d with the text "%s" is not from grpc-js and is not changed', (code, details) => {
  expect(toTransportError(code, details)).toBeUndefined();
});
