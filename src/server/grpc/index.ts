export type { DrainOptions } from './drain';
export { createGrpcServer, type GrpcServer, type GrpcServerDependencies } from './server';
export { defaultServerOptions, type GrpcServerOptions, type ListLimits } from './server-options';
export { readTlsMaterial, type TlsMaterial, tlsCredentials } from './tls-credentials';
