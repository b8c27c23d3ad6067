import { Cluster } from 'ioredis';
import type { Logger } from '../../ports/logger';
import type { RedisClient } from './redis-client';

/** Warns, whenever a client has connected, of a Redis that may throw sessions away when its memory is full. */
export function warnOnEvictionPolicy(client: RedisClient, log: Logger): void {
  client.on('ready', () => {
    const masters = client instanceof Cluster ? client.nodes('master') : [client];
    // A user without the right to INFO is not warned.
    Promise.all(masters.map((master) => master.info('memory'))).then(
      (infos) =>
        warn(
          infos.flatMap((info) => policyThatEvicts(info) ?? []),
          log,
        ),
      () => undefined,
    );
  });
}

function warn([policy]: readonly string[], log: Logger): void {
  if (policy === undefined) return;
  const message = 'redis may evict sessions when its memory is full; set maxmemory-policy to noeviction';
  log.warn({ 'maxmemory-policy': policy }, message);
}

/** The policy by which a server makes room, of what it says of its memory; undefined where it evicts nothing. */
function policyThatEvicts(info: string): string | undefined {
  const field = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1];
  const policy = field('maxmemory_policy');
  return policy === 'noeviction' || field('maxmemory') === '0' ? undefined : policy;
}
