export { createGrpcServer, type DrainOptions, type GrpcServer, type GrpcServerDependencies } from './server';
export { defaultServerOptions, type GrpcServerOptions, type ListLimits } from './server-options';
