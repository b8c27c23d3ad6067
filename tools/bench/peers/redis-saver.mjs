// A LangGraph checkpointer on plain Redis. It keeps only the latest checkpoint of a thread, with its pending writes.
import { BaseCheckpointSaver } from '@langchain/langgraph';

const timeToLiveSeconds = 3_600;

export class RedisSaver extends BaseCheckpointSaver {
  constructor(redis) {
    super();
    this.redis = redis;
  }

  async getTuple({ configurable }) {
    const stored = await this.redis.hgetallBuffer(getKey(configurable));
    if (stored.head === undefined) return undefined;
    const { id, parent, type, metadataType } = JSON.parse(stored.head);
    const { thread_id, checkpoint_ns = '' } = configurable;
    const prefix = `w:${id}:`;
    const writes = Object.keys(stored).filter((field) => field.startsWith(prefix));
    return {
      config: { configurable: { thread_id, checkpoint_ns, checkpoint_id: id } },
      checkpoint: await this.serde.loadsTyped(type, stored.checkpoint),
      metadata: await this.serde.loadsTyped(metadataType, stored.metadata),
      parentConfig: parent && { configurable: { thread_id, checkpoint_ns, checkpoint_id: parent } },
      pendingWrites: await Promise.all(
        writes.map(async (field) => {
          const { task, channel, type: writeType, value } = JSON.parse(stored[field]);
          return [task, channel, await this.serde.loadsTyped(writeType, Buffer.from(value, 'base64'))];
        }),
      ),
    };
  }

  async put({ configurable }, checkpoint, metadata) {
    const { thread_id, checkpoint_ns = '', checkpoint_id: parent } = configurable;
    const [[type, bytes], [metadataType, metadataBytes]] = await Promise.all([
      this.serde.dumpsTyped(checkpoint),
      this.serde.dumpsTyped(metadata),
    ]);
    const head = JSON.stringify({ id: checkpoint.id, parent, type, metadataType });
    const key = getKey(configurable);
    await this.redis
      .multi()
      .del(key)
      .hset(key, 'head', head, 'checkpoint', Buffer.from(bytes), 'metadata', Buffer.from(metadataBytes))
      .expire(key, timeToLiveSeconds)
      .exec();
    return { configurable: { thread_id, checkpoint_ns, checkpoint_id: checkpoint.id } };
  }

  async putWrites({ configurable }, writes, task) {
    const fields = await Promise.all(
      writes.map(async ([channel, written], index) => {
        const [type, bytes] = await this.serde.dumpsTyped(written);
        const value = Buffer.from(bytes).toString('base64');
        return [`w:${configurable.checkpoint_id}:${task}:${index}`, JSON.stringify({ task, channel, type, value })];
      }),
    );
    if (fields.length > 0) await this.redis.hset(getKey(configurable), ...fields.flat());
  }

  async *list(config) {
    const tuple = await this.getTuple(config);
    if (tuple !== undefined) yield tuple;
  }

  async deleteThread(threadId) {
    await this.redis.del(getKey({ thread_id: threadId }));
  }
}

function getKey({ thread_id, checkpoint_ns = '' }) {
  return `langgraph:${thread_id}:${checkpoint_ns}`;
}
