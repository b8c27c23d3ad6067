export { boundedCall } from './bounded-call';
export { type FilesOptions, ReloadedFiles } from './reloaded-files';
export { type Repetition, repeat } from './repeat';
export { type WatchOptions, watchStore } from './watch-store';
