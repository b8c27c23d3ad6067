import { readFileSync } from 'node:fs';
import type { ChannelCredentials } from '@grpc/grpc-js';
import { connect, insecure, type OrchestratorClient, tls as secured } from 'scenario-orchestrator-client';
import { CommandError, exitCodes } from './exit-code';
import type { ServiceOptions } from './service-options';

/** Does something with a service and leaves it. */
export async function withClient<Result>(
  options: ServiceOptions,
  work: (client: OrchestratorClient) => Promise<Result>,
): Promise<Result> {
  const token = tokenOf(options, process.env);
  const client = connect(options.server, {
    timeoutMs: options.timeout * 1_000,
    credentials: channelOf(options),
    ...(token === '' ? {} : { token }),
  });
  try {
    return await work(client);
  } finally {
    client.close();
  }
}

function tokenOf({ tokenFile }: ServiceOptions, env: NodeJS.ProcessEnv): string {
  return (tokenFile === undefined ? (env['SCENARIO_ORCHESTRATOR_TOKEN'] ?? '') : readTextFile(tokenFile)).trim();
}

function channelOf({ tls, tlsCa, tlsCert, tlsKey }: ServiceOptions): ChannelCredentials {
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new CommandError(exitCodes.usage, 'Give --tls-cert and --tls-key together.');
  }
  if (tls !== true && tlsCa === undefined && tlsCert === undefined) return insecure();
  const pem = (path: string): Buffer => Buffer.from(readTextFile(path));
  return secured({
    ...(tlsCa === undefined ? {} : { ca: pem(tlsCa) }),
    ...(tlsCert === undefined || tlsKey === undefined
      ? {}
      : { clientCertificate: { certificate: pem(tlsCert), key: pem(tlsKey) } }),
  });
}

/** The text of a file that an option names. */
export function readTextFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CommandError(
      exitCodes.usage,
      `${path} cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
}
