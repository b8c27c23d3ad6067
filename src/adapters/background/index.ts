export { boundedCall } from './bounded-call';
export { type Repetition, repeat } from './repeat';
export { type WatchOptions, watchStore } from './watch-store';
