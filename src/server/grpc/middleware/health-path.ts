/** Prefix of the method paths of grpc.health.v1. */
export const healthPath = '/grpc.health.v1.Health/';

/** Whether a method path belongs to grpc.health.v1. */
export function isHealthCheck(path: string): boolean {
  return path.startsWith(healthPath);
}
