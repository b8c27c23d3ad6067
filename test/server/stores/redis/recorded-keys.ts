import type { Cluster, Redis } from 'ioredis';

/** All keys of a store: the fields of hashes and the entries of streams, with values in base64. */
export interface RecordedKeys {
  readonly hashes: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly streams: Readonly<Record<string, readonly (readonly [id: string, fields: readonly string[]])[]>>;
}

const toBytes = (base64: string) => Buffer.from(base64, 'base64');

/** Writes recorded keys. */
export async function restoreKeys(admin: Redis | Cluster, { hashes, streams }: RecordedKeys): Promise<void> {
  for (const [key, fields] of Object.entries(hashes)) {
    for (const [field, value] of Object.entries(fields)) await admin.hset(key, field, toBytes(value));
  }
  for (const [key, entries] of Object.entries(streams)) {
    for (const [id, fields] of entries) await admin.xadd(key, id, ...fields.map(toBytes));
  }
}

/** Reads all hashes and streams. */
export async function dumpKeys(admin: Redis): Promise<RecordedKeys> {
  const hashes: Record<string, Record<string, string>> = {};
  const streams: Record<string, (readonly [string, readonly string[]])[]> = {};
  for (const key of await admin.keys('*')) {
    const type = await admin.type(key);
    if (type === 'hash') {
      const fields = Object.entries(await admin.hgetallBuffer(key));
      hashes[key] = Object.fromEntries(fields.map(([field, value]) => [field, value.toString('base64')]));
    } else if (type === 'stream') {
      const entries = await admin.xrangeBuffer(key, '-', '+');
      streams[key] = entries.map(([id, fields]) => [id.toString(), fields.map((field) => field.toString('base64'))]);
    }
  }
  return { hashes, streams };
}
