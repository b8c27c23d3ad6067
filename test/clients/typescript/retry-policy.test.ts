import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { channelOptions } from 'scenario-orchestrator-client';
import { OrchestratorServiceService } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { ScenarioServiceService } from '../../../gen/focal/orchestration/v1/scenario_service';
import { SessionServiceService } from '../../../gen/focal/orchestration/v1/session_service';
import { statusCodes } from '../../../src/server/grpc/errors/status-codes';

interface MethodConfig {
  readonly name: readonly { readonly service: string; readonly method?: string }[];
  readonly retryPolicy?: { readonly retryableStatusCodes: readonly string[] };
}

const file = join(__dirname, '..', '..', '..', 'proto', 'focal', 'orchestration', 'v1', 'service_config.json');
const published: { readonly methodConfig: readonly MethodConfig[] } = JSON.parse(readFileSync(file, 'utf8'));
const methods = [OrchestratorServiceService, ScenarioServiceService, SessionServiceService].flatMap((service) =>
  Object.values<{ readonly path: string; readonly requestStream: boolean }>(service),
);

/** Whether the policy retries a method. An entry for the method overrides the entry for its service. */
function isRetried(path: string): boolean {
  const [, service, method] = path.split('/');
  const findConfig = (methodName: string | undefined) =>
    published.methodConfig.find(({ name }) => name.some((one) => one.service === service && one.method === methodName));
  return (findConfig(method) ?? findConfig(undefined))?.retryPolicy !== undefined;
}

describe('the published retry policy', () => {
  it('is the policy of the client', () => {
    expect(JSON.parse(String(channelOptions['grpc.service_config']))).toEqual(published);
  });

  it('retries every method except long-lived streams', () => {
    const notRetried = methods.filter(({ path }) => !isRetried(path)).map(({ path }) => path.split('/').at(-1));
    expect(notRetried.sort()).toEqual(['ProcessTurns', 'WatchSession']);
  });

  it('has only methods of the contract', () => {
    const paths = methods.map(({ path }) => path);
    for (const { service, method } of published.methodConfig.flatMap(({ name }) => name))
      expect(
        paths.some((path) => path.startsWith(`/${service}/`) && (method === undefined || path.endsWith(`/${method}`))),
      ).toBe(true);
  });

  it('retries only UNAVAILABLE, whose reasons are all safe to retry', () => {
    const codes = published.methodConfig.flatMap(({ retryPolicy }) => retryPolicy?.retryableStatusCodes ?? []);
    expect(codes).toEqual(['UNAVAILABLE']);
    const reasons = Object.entries(statusCodes).filter(([, code]) => codes.includes(status[code]));
    expect(reasons.map(([reason]) => reason).sort()).toEqual([
      'AUTHENTICATION_UNAVAILABLE',
      'COMMIT_UNKNOWN',
      'SHUTTING_DOWN',
      'STORE_UNAVAILABLE',
    ]);
  });
});
