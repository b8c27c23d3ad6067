export { Sha256ContentHasher } from './sha256-content-hasher';
export { SystemClock } from './system-clock';
export { UuidV5InstanceIdGenerator } from './uuid-v5-instance-id-generator';
