export { emptyFeed } from './empty-feed';
export { emptyIndex } from './empty-index';
export { createHeavyCalls } from './heavy-calls';
export { MemoryCatalogue } from './memory-catalogue';
export { MemorySessionStore } from './memory-session-store';
export { readExampleCalls } from './recorded-calls';
export { type WarmUpCalls, type WarmUpResult, type WarmUpTarget, warmUp } from './warm-up';
export { WarmUpClient } from './warm-up-client';
