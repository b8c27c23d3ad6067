import { Server, ServerCredentials, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { connect, insecure, type OrchestratorClient } from 'scenario-orchestrator-client';
import { OrchestratorServiceService } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { ScenarioServiceService } from '../../../gen/focal/orchestration/v1/scenario_service';
import { SessionServiceService } from '../../../gen/focal/orchestration/v1/session_service';
import { getContractRegistry } from '../../../src/cli/files';

/** The fields of a generated method definition that the test uses. */
interface MethodStub {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestDeserialize: (bytes: Buffer) => object;
  readonly responseDeserialize: (bytes: Buffer) => object;
}

const services = [OrchestratorServiceService, ScenarioServiceService, SessionServiceService];
const definitions = new Map(services.flatMap((service) => Object.entries<MethodStub>(service)));
/** The methods according to the descriptors of the contract, which do not depend on the generated stubs. */
const contractMethods = [...getContractRegistry()]
  .filter((descriptor) => descriptor.kind === 'service')
  .filter(({ typeName }) => typeName.startsWith('focal.orchestration.v1.'))
  .flatMap(({ methods }) => methods);
const unaryMethods = contractMethods.filter(({ methodKind }) => methodKind === 'unary');

let server: Server;
let client: OrchestratorClient;
let calledPaths: string[];

beforeAll(async () => {
  server = new Server();
  for (const service of services) {
    const implementation: UntypedServiceImplementation = {};
    for (const [name, { path, requestStream, responseStream }] of Object.entries<MethodStub>(service)) {
      if (requestStream || responseStream) continue;
      implementation[name] = (_call: unknown, callback: (error: null, response: object) => void) => {
        calledPaths.push(path);
        callback(null, definitions.get(name)?.responseDeserialize(Buffer.alloc(0)) ?? {});
      };
    }
    server.addService(service, implementation);
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  client = connect(`127.0.0.1:${port}`, { credentials: insecure(), timeoutMs: 60_000 });
});
beforeEach(() => {
  calledPaths = [];
});
afterAll(() => {
  client.close();
  server.forceShutdown();
});

test.each(contractMethods.map((method) => [method.name, method] as const))(
  'the client has the method %s',
  (_name, method) => {
    expect(client).toHaveProperty(method.localName, expect.any(Function));
  },
);

test('the client has no methods besides those of the contract, waitForReady and close', () => {
  const names = [...contractMethods.map(({ localName }) => localName), 'waitForReady', 'close'];
  expect(Object.keys(client).sort()).toEqual(names.sort());
});

test.each(unaryMethods.map((method) => [method.name, method] as const))(
  '%s is called by its path',
  async (name, { localName, parent }) => {
    const method: unknown = Reflect.get(client, localName);
    const emptyRequest = definitions.get(localName)?.requestDeserialize(Buffer.alloc(0));
    if (typeof method !== 'function') throw new Error(`The client has no method ${localName}.`);
    await expect(method(emptyRequest)).resolves.toEqual(expect.any(Object));
    expect(calledPaths).toEqual([`/${parent.typeName}/${name}`]);
  },
);
