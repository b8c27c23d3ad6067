export { callWithTimeout, monitorStore, type Poller, poll, pollWhenNotBusy } from './background-tasks';
export { FileReloader } from './file-reloader';
export { Sha256ContentHasher, SystemClock, UuidV5InstanceIdGenerator, UuidV5TimerTurnIds } from './system';
