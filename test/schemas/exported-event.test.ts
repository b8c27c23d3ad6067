import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import { FeedGapReason, WatchTurnsRequest, WatchTurnsResponse } from '../../gen/focal/orchestration/v1/feed';
import { type CloudEvent, eventTypes, toExportedEvents } from '../../src/cli/export/cloud-event';
import { Progress } from '../../src/cli/export/progress';
import { runExport } from '../../src/cli/export/run-export';
import { FeedUnderTest } from '../support/feed-under-test';

interface Definition {
  readonly properties?: Readonly<Record<string, unknown>>;
  additionalProperties?: boolean;
}

const schema: { readonly definitions: Readonly<Record<string, Definition>> } & Definition = JSON.parse(
  readFileSync(join(__dirname, '..', '..', 'schemas', 'exported-event.schema.json'), 'utf8'),
);
// Consumers must accept members of later releases. Here, each member must be described.
for (const each of [schema, ...Object.values(schema.definitions)]) {
  if (each.properties !== undefined) each.additionalProperties = false;
}
const validate: ValidateFunction = new Ajv({
  allErrors: true,
  strict: true,
  strictRequired: false,
  strictTypes: false,
}).compile(schema);

function listErrors(event: unknown): readonly string[] {
  validate(event);
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

let feed: FeedUnderTest;
const [kept, deleted] = [randomUUID(), randomUUID()];
const secret = 'my order 4711 is late';
beforeAll(async () => {
  feed = await FeedUnderTest.start();
  for (const session of [kept, deleted]) for (let turn = 0; turn < 3; turn += 1) await feed.playTurn(session, secret);
  await feed.deleteSession(deleted);
});
afterAll(() => feed.stop());

/** Exports the whole feed. */
async function exportAll(includesValues: boolean): Promise<readonly CloudEvent[]> {
  const events: CloudEvent[] = [];
  const sink = {
    name: 'test',
    batchSize: 5,
    write: async (batch: readonly CloudEvent[]) => void events.push(...batch),
    close: async () => undefined,
  };
  const report = () => undefined;
  const delivery = { sink, deadLetters: undefined, maxAttempts: 1, signal: new AbortController().signal, report };
  const progress = new Progress(60_000, report);
  const { client, tenantId } = feed;
  const request = WatchTurnsRequest.fromPartial({ tenantId, consumer: randomUUID(), fromOldest: true });
  await runExport({ client, delivery, progress }, { request, includesValues, count: 7 });
  progress.stop();
  return events;
}

test('exported events are valid, and have no value of a customer', async () => {
  const events = await exportAll(false);
  expect(events.flatMap(listErrors)).toEqual([]);
  expect(events).toHaveLength(7);
  expect(JSON.stringify(events)).not.toContain('4711');
  expect(events.find(({ subject }) => subject === kept)).toMatchObject({
    specversion: '1.0',
    source: `urn:focal:orchestration:tenant:${feed.tenantId}`,
    type: 'focal.orchestration.turn.committed.v1',
    partitionkey: kept,
    datacontenttype: 'application/json',
    dataschema: 'urn:focal:orchestration:v1:exported-event#/definitions/CommittedTurn',
    data: { session_id: kept, revision: 1, decisions: [{ action: 'START', reason: 'CANDIDATE' }] },
  });
  expect(events.filter(({ type }) => type === eventTypes.deletedSession).map(({ subject }) => subject)).toEqual([
    deleted,
  ]);
});

test('with values, an event has the recorded turn, or why it has none', async () => {
  const events = await exportAll(true);
  expect(events.flatMap(listErrors)).toEqual([]);
  const turns = events.filter(({ type }) => type === eventTypes.turn);
  expect(turns.filter(({ subject }) => subject === kept).map(({ data }) => data)).toEqual(
    [1, 2, 3].map((revision) =>
      expect.objectContaining({
        revision,
        record: expect.objectContaining({
          revision,
          request: { turn: expect.objectContaining({ situation: { message: secret } }) },
        }),
      }),
    ),
  );
  expect(turns.filter(({ subject }) => subject === deleted).map(({ data }) => data)).toEqual(
    [1, 2, 3].map((revision) => expect.objectContaining({ revision, record_missing: 'SESSION_NOT_FOUND' })),
  );
});

test('a gap is valid, and has the same id when its response is sent again', () => {
  const gap = { reason: FeedGapReason.FEED_GAP_REASON_RETENTION, missingEvents: 12 };
  const response = (cursor: string) =>
    WatchTurnsResponse.fromPartial({ events: [{ event: { $case: 'gap', value: gap } }], cursor });
  const convert = (cursor: string) =>
    toExportedEvents(feed.tenantId, response(cursor)).map(({ cloudEvent }) => cloudEvent);
  const [event] = convert('a');
  expect(listErrors(event)).toEqual([]);
  expect(event).toMatchObject({ type: eventTypes.gap, data: { reason: 'RETENTION', missing_events: '12' } });
  expect(convert('a')).toEqual([event]);
  expect(convert('b')[0]?.id).not.toBe(event?.id);
});

test.each([
  ['without an id', { id: undefined }],
  ['with an empty id', { id: '' }],
  ['of an unknown type', { type: 'focal.orchestration.turn.committed.v2' }],
  [
    'whose schema is that of another kind',
    { dataschema: 'urn:focal:orchestration:v1:exported-event#/definitions/FeedGap' },
  ],
  ['without a session', { subject: undefined }],
  ['with another session as the key', { partitionkey: 'x' }],
  ['with a reason that does not exist', { data: { session_id: kept, decisions: [{ reason: 'NONE' }] } }],
])('an event %s is not valid', async (_case, change) => {
  const [event] = await exportAll(false);
  expect(listErrors(JSON.parse(JSON.stringify({ ...event, ...change })))).not.toEqual([]);
});
