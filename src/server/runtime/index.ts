export { callWithTimeout } from './call-with-timeout';
export { FileReloader, type ReloadableFilesOptions } from './file-reloader';
export { monitorStore, type StoreMonitorOptions } from './monitor-store';
export { type Poller, poll } from './poll';
