import { status } from '@grpc/grpc-js';
import { BadRequest, ErrorInfo, PreconditionFailure, RetryInfo } from '../../../../gen/google/rpc/error_details';
import type { Status } from '../../../../gen/google/rpc/status';
import {
  type ErrorReason,
  type FieldViolation,
  OrchestratorError,
} from '../../../../src/core/model/orchestrator-error';
import { toStatusObject } from '../../../../src/server/grpc/errors/call-error';
import { toRpcStatus } from '../../../../src/server/grpc/errors/rpc-status';
import { statusCodes } from '../../../../src/server/grpc/errors/status-codes';

const reasons = Object.keys(statusCodes) as ErrorReason[];

function getDetail(rpcStatus: Status, name: string): Uint8Array | undefined {
  return rpcStatus.details.find(({ typeUrl }) => typeUrl === `type.googleapis.com/google.rpc.${name}`)?.value;
}

function getErrorInfo(error: OrchestratorError, traceId = ''): ErrorInfo {
  return ErrorInfo.decode(getDetail(toRpcStatus(error, traceId), 'ErrorInfo') ?? new Uint8Array());
}

function getViolations(violations: readonly FieldViolation[]) {
  const error = new OrchestratorError('INVALID_REQUEST', 'Invalid', { violations });
  const detail = getDetail(toRpcStatus(error, ''), 'BadRequest');
  return BadRequest.decode(detail ?? new Uint8Array()).fieldViolations;
}

function getMessage(message: string, violations: readonly FieldViolation[] = []): string {
  return toRpcStatus(new OrchestratorError('INVALID_REQUEST', message, { violations }), '').message;
}

describe('ErrorInfo', () => {
  test.each(reasons)('has the reason, the domain, the metadata and the trace id of %s', (reason) => {
    const error = new OrchestratorError(reason, 'It failed.', { metadata: { session_id: 's' } });
    expect(toRpcStatus(error, 'abc')).toMatchObject({ code: statusCodes[reason], message: 'It failed.' });
    expect(getErrorInfo(error, 'abc')).toEqual({
      reason,
      domain: 'focal.orchestration.v1',
      metadata: { session_id: 's', trace_id: 'abc' },
    });
  });

  test('has no trace id without tracing', () => {
    expect(getErrorInfo(new OrchestratorError('DEADLINE', 'It failed.')).metadata).toEqual({});
  });

  test('truncates a metadata value at 200 characters', () => {
    const metadata = { fits: 'x'.repeat(200), long: 'y'.repeat(201) };
    expect(getErrorInfo(new OrchestratorError('DEADLINE', 'It failed.', { metadata })).metadata).toEqual({
      fits: 'x'.repeat(200),
      long: `${'y'.repeat(197)}...`,
    });
  });
});

describe('the metadata of an ErrorInfo', () => {
  const getMetadata = (entries: number, size: number) => {
    const metadata = Object.fromEntries(
      Array.from({ length: entries }, (_, index) => [`key${String(index).padStart(5, '0')}`, 'x'.repeat(size)]),
    );
    return getErrorInfo(new OrchestratorError('DEADLINE', 'It failed.', { metadata }), 'abc').metadata;
  };

  test('has at most 1 KiB, and the number of the entries that do not fit', () => {
    expect(Object.keys(getMetadata(8, 120))).toHaveLength(9);
    expect(getMetadata(8, 120)).not.toHaveProperty('omitted_entries');
    expect(getMetadata(9, 120)).toMatchObject({ omitted_entries: '1', trace_id: 'abc' });
    expect(Object.keys(getMetadata(10_000, 120))).toHaveLength(10);
    expect(getMetadata(10_000, 120)).toMatchObject({ omitted_entries: '9992', trace_id: 'abc' });
  });

  test('counts bytes, not characters', () => {
    const metadata = { first: 'ä'.repeat(200), second: 'ä'.repeat(200), third: 'ä'.repeat(200), last: 'z' };
    const listed = getErrorInfo(new OrchestratorError('DEADLINE', 'It failed.', { metadata })).metadata;
    expect(Object.keys(listed)).toEqual(['first', 'second', 'last', 'omitted_entries']);
  });
});

describe('PreconditionFailure', () => {
  test.each([
    'AGENT_MISMATCH',
    'CUSTOMER_MISMATCH',
    'SESSION_EXISTS',
    'SESSION_TOO_LARGE',
    'TURN_NOT_SUPERSEDABLE',
    'RECORD_TOO_NEW',
  ] as const)('names the session of %s', (reason) => {
    const error = new OrchestratorError(reason, 'The session exists.', { metadata: { session_id: 's' } });
    const rpcStatus = toRpcStatus(error, '');
    expect(rpcStatus.code).toBe(status.FAILED_PRECONDITION);
    const detail = getDetail(rpcStatus, 'PreconditionFailure') ?? new Uint8Array();
    expect(PreconditionFailure.decode(detail).violations).toEqual([
      { type: reason, subject: 's', description: 'The session exists.' },
    ]);
  });

  test('truncates the session at 200 and the description at 400 characters', () => {
    const metadata = { session_id: 's'.repeat(201) };
    const error = new OrchestratorError('SESSION_EXISTS', 'm'.repeat(401), { metadata });
    const detail = getDetail(toRpcStatus(error, ''), 'PreconditionFailure') ?? new Uint8Array();
    expect(PreconditionFailure.decode(detail).violations).toEqual([
      { type: 'SESSION_EXISTS', subject: `${'s'.repeat(197)}...`, description: `${'m'.repeat(397)}...` },
    ]);
  });

  test('has an empty subject without a session', () => {
    const detail = getDetail(
      toRpcStatus(new OrchestratorError('SESSION_EXISTS', 'It exists.'), ''),
      'PreconditionFailure',
    );
    expect(PreconditionFailure.decode(detail ?? new Uint8Array()).violations).toMatchObject([{ subject: '' }]);
  });

  test('is present for errors with FAILED_PRECONDITION only', () => {
    const present = reasons.filter(
      (reason) =>
        getDetail(toRpcStatus(new OrchestratorError(reason, 'It failed.'), ''), 'PreconditionFailure') !== undefined,
    );
    expect(present.sort()).toEqual([
      'AGENT_MISMATCH',
      'CUSTOMER_MISMATCH',
      'RECORD_TOO_NEW',
      'SESSION_EXISTS',
      'SESSION_TOO_LARGE',
      'TURN_NOT_EXPLAINABLE',
      'TURN_NOT_SUPERSEDABLE',
    ]);
  });
});

describe('RetryInfo', () => {
  test.each([
    [0, { seconds: 0, nanos: 0 }],
    [999, { seconds: 0, nanos: 999_000_000 }],
    [1_000, { seconds: 1, nanos: 0 }],
    [1_250.5, { seconds: 1, nanos: 250_500_000 }],
  ])('has the retry delay of %d ms', (retryAfterMs, retryDelay) => {
    const rpcStatus = toRpcStatus(new OrchestratorError('STORE_FULL', 'It failed.', { retryAfterMs }), '');
    expect(RetryInfo.decode(getDetail(rpcStatus, 'RetryInfo') ?? new Uint8Array())).toEqual({ retryDelay });
  });

  test('is absent without a retry delay', () => {
    expect(getDetail(toRpcStatus(new OrchestratorError('STORE_FULL', 'It failed.'), ''), 'RetryInfo')).toBeUndefined();
  });
});

describe('the message', () => {
  const violation = { field: 'turn.trigger', description: 'must be a known value' };

  test('contains the first field violation and the number of the others', () => {
    expect(getMessage('Invalid.', [violation])).toBe('Invalid: turn.trigger: must be a known value');
    expect(getMessage('Invalid', [violation, violation, violation])).toBe(
      'Invalid: turn.trigger: must be a known value (and 2 more)',
    );
  });

  test('contains no field violation if it names the field already', () => {
    expect(getMessage('turn.trigger is wrong.', [violation, violation])).toBe('turn.trigger is wrong.');
  });

  test('is truncated at 400 characters, without the number of further violations', () => {
    expect(getMessage('m'.repeat(400))).toBe('m'.repeat(400));
    expect(getMessage('m'.repeat(401))).toBe(`${'m'.repeat(397)}...`);
    expect(getMessage('m'.repeat(401), [violation, violation])).toBe(`${'m'.repeat(397)}... (and 1 more)`);
  });

  test('is truncated at 600 percent-encoded bytes', () => {
    expect(getMessage(`${'字'.repeat(66)}xxxxxx`)).toBe(`${'字'.repeat(66)}xxxxxx`);
    expect(getMessage(`${'字'.repeat(66)}xxxxxxx`)).toBe(`${'字'.repeat(66)}xxx...`);
    expect(getMessage('\u{1f600}'.repeat(60))).toBe(`${'\u{1f600}'.repeat(49)}...`);
  });

  test('replaces unpaired surrogates, which a header cannot contain', () => {
    expect(getMessage('half \ud83d of \u{1f600}')).toBe('half \ufffd of \u{1f600}');
  });
});

describe('field violations', () => {
  test('are absent from an error without violations', () => {
    expect(
      getDetail(toRpcStatus(new OrchestratorError('INVALID_REQUEST', 'It failed.'), ''), 'BadRequest'),
    ).toBeUndefined();
  });

  test('have their field truncated at 300 and their description at 500 characters', () => {
    const [fits, long] = getViolations([
      { field: 'f'.repeat(300), description: 'd'.repeat(500) },
      { field: 'f'.repeat(301), description: 'd'.repeat(501) },
    ]);
    expect(fits).toMatchObject({ field: 'f'.repeat(300), description: 'd'.repeat(500) });
    expect(long).toMatchObject({ field: `${'f'.repeat(297)}...`, description: `${'d'.repeat(497)}...` });
  });

  /** Creates violations of 128 bytes each, 8 of which are overhead. The first one has `extraBytes` more. */
  const createViolations = (count: number, extraBytes = 0): FieldViolation[] =>
    Array.from({ length: count }, (_, index) => ({
      field: `scenario.steps[${String(index).padStart(5, '0')}]`,
      description: 'x'.repeat(99 + (index === 0 ? extraBytes : 0)),
    }));

  test('are all listed up to 4,096 bytes', () => {
    expect(getViolations(createViolations(32))).toMatchObject(createViolations(32));
  });

  test('are counted above 4,096 bytes', () => {
    const listed = getViolations(createViolations(32, 1));
    expect(listed).toHaveLength(32);
    expect(listed.at(-1)).toMatchObject({ field: 'scenario', description: '1 more violation is not listed' });
    expect(getViolations(createViolations(1_000)).at(-1)).toMatchObject({
      description: '968 more violations are not listed',
    });
  });

  test('are measured in bytes, not in characters', () => {
    const wide = createViolations(32).map(({ field }) => ({ field, description: 'ü'.repeat(99) }));
    expect(getViolations(wide).length).toBeLessThan(20);
  });

  test('are counted without a root field if the first one is too large', () => {
    const wide = { field: '字'.repeat(300), description: '字'.repeat(500) };
    const listed = getViolations([wide, wide]);
    expect(listed).toMatchObject([
      wide,
      { field: '字'.repeat(300).slice(0, 300), description: '1 more violation is not listed' },
    ]);
  });
});

describe('the trailing metadata', () => {
  /** The bytes that HTTP/2 counts for each header in addition to its name and value (RFC 9113, 6.5.2). */
  const bytesPerHeader = 32;

  /** Returns the size in bytes of the headers that grpc-js sends for an error, as HTTP/2 counts them. */
  function getTrailerBytes(error: OrchestratorError): number {
    const { details = '', metadata } = toStatusObject(error, 'a'.repeat(32));
    const [binary] = metadata?.get('grpc-status-details-bin') ?? [];
    if (!(binary instanceof Buffer)) throw new Error('the status has no details');
    const headers = {
      'grpc-status': '13',
      'grpc-message': encodeURI(details),
      'grpc-status-details-bin': binary.toString('base64'),
      'content-type': 'application/grpc+proto',
      ':status': '200',
    };
    return Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length + bytesPerHeader, 0);
  }

  test.each([
    ['ASCII', 'x'],
    ['two-byte characters', 'ü'],
    ['three-byte characters', '字'],
    ['characters that are escaped in a header', '"'],
    ['four-byte characters', '\u{1f600}'],
  ])('has less than 8 KiB, the limit of most clients, for many violations in %s', (_what, character) => {
    for (const length of [10, 100, 290, 1_000]) {
      const text = character.repeat(length);
      const violations = Array.from({ length: 300 }, () => ({ field: text, description: text }));
      const metadata = { scenario_id: 'i'.repeat(36), session_id: 'i'.repeat(36) };
      const error = new OrchestratorError('SESSION_EXISTS', text, { violations, metadata, retryAfterMs: 1 });
      expect(getTrailerBytes(error)).toBeLessThan(8_192);
    }
  });
});
