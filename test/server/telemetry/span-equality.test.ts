import { join } from 'node:path';
import { startProgram } from '../../support/child-process';

jest.setTimeout(120_000);

const programPath = join(__dirname, '..', '..', 'support', 'record-spans-twice.ts');

/** Makes the calls of the program in a service of its own, and returns the spans that each receiver has got, by span id. */
async function recordTwice(protocol: string, env: NodeJS.ProcessEnv): Promise<{ sdk: object[]; own: object[] }> {
  const program = startProgram(programPath, [protocol, JSON.stringify(env)]);
  if ((await program.exitCode) !== 0) throw new Error(program.stderr());
  return JSON.parse(program.lines.join(''));
}

const limited = {
  OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '9',
  OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '20',
  OTEL_SPAN_EVENT_COUNT_LIMIT: '1',
  OTEL_SPAN_LINK_COUNT_LIMIT: '1',
  OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT: '2',
};

it.each<[protocol: string, env: NodeJS.ProcessEnv, minSpans: number]>([
  ['grpc', {}, 60],
  ['http/protobuf', {}, 60],
  ['http/protobuf', { OTEL_TRACES_SAMPLER: 'always_on' }, 80],
  ['grpc', { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' }, 1],
  ['http/protobuf', { OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, 40],
  ['grpc', limited, 60],
])('over %s with %j a receiver gets the same bytes for every span as from the SDK', async (protocol, env, minSpans) => {
  const { sdk, own } = await recordTwice(protocol, env);
  expect(own).toEqual(sdk);
  expect(own.length).toBeGreaterThanOrEqual(minSpans);
});
