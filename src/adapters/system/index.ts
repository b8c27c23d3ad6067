export { Sha256ContentHash } from './sha256-content-hash';
export { SystemClock } from './system-clock';
export { UuidV5InstanceIds } from './uuid-v5-instance-ids';
