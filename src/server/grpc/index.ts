export type { DrainOptions } from './drain';
export type { InProcessConnection } from './in-process-connection';
export { logGrpcDiagnostics } from './library-log';
export { createGrpcServer, createThreadProcessor, type GrpcServer, type GrpcServerDependencies } from './server';
export { defaultServerOptions, type GrpcServerOptions, type ListLimits } from './server-options';
export { createTlsCredentials, readTlsMaterial, type TlsMaterial } from './tls-credentials';
export { type Contract, loadContract } from './validation/contract';
