import { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import type { ModelProposal } from '../../../src/core/model/model-proposal';
import { defaultCompileOptions } from '../../../src/core/scenario/compile-options';
import { CompiledCatalogue } from '../../../src/server/application/compiled-catalogue';
import { explainTurn } from '../../../src/server/application/explain-turn';
import { processTurn, type TurnDependencies } from '../../../src/server/application/process-turn';
import type { TurnCommand } from '../../../src/server/application/turn-command';
import { createCall } from '../../../src/server/ports/call';
import type { SessionStore, TurnHistory, TurnRecord } from '../../../src/server/ports/session-store';
import { openEmbedded } from '../../../src/server/stores/embedded/open-embedded';
import { unboundedCall } from '../../support/calls';
import { FakeClock } from '../../support/fake-clock';
import { MemoryCatalogue } from '../../support/memory-catalogue';
import type { TurnFields } from '../../support/request-bytes';
import { uuid } from '../../support/session-builder';
import { withOverrides } from '../../support/store-decorators';
import { createCommand, createDependencies, refund } from '../../support/turn-dependencies';
import { expectSameBytes } from '../codec/bytes';
import { createTemporaryFolder } from '../stores/embedded/temporary-folder';

const key = { tenantId: uuid(1), sessionId: uuid(3) };

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;
let store: SessionStore;
let deps: TurnDependencies;
beforeEach(async () => {
  folder = await createTemporaryFolder();
  const clock = new FakeClock();
  const options = { path: folder.path, sessionTtlMs: 60_000, recordedTurns: 100, clock, monotonicClock: clock };
  store = openEmbedded(options).sessionStore;
  deps = await createDependencies(store);
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

const full: Partial<TurnCommand> = { responseView: 'FULL' };
const start = (number: number, rest: Partial<TurnCommand> = {}, fields: TurnFields = {}) =>
  createCommand({ turnId: uuid(number), candidates: [{ scenarioId: refund, score: 0.9 }], ...fields }, rest);
const process = (command: TurnCommand, changed: Partial<TurnDependencies> = {}) =>
  processTurn({ ...deps, ...changed }, command, unboundedCall);
const explain = (turn: { turnId: string } | { revision: number }, changed: Partial<TurnDependencies> = {}) =>
  explainTurn({ ...deps, ...changed }, { key, turn }, unboundedCall);
/** A store whose history of every turn is changed. */
const withHistory = (change: (history: TurnHistory) => TurnHistory | undefined): SessionStore =>
  withOverrides(store, {
    async readTurnHistory(...args) {
      const history = await store.readTurnHistory(...args);
      return history && change(history);
    },
  });

test('5.1: a turn in the view FULL has its explanation at once, in a retry, and from ExplainTurn', async () => {
  const first = await process(start(101, full));
  expect(ProcessTurnResponse.decode(first.responseBytes)).toMatchObject({
    context: { candidates: [{ scenarioId: refund }] },
    lifecycleDecisions: [{ reasoning: expect.stringContaining('is a candidate with score 0.9') }],
  });
  const retry = await process(start(101, full));
  expect(retry.replayed).toBe(true);
  expectSameBytes(retry.responseBytes, first.responseBytes);
  for (const turn of [{ turnId: uuid(101) }, { revision: 1 }]) {
    const explanation = await explain(turn);
    expectSameBytes(explanation.responseBytes, first.responseBytes);
    expect(explanation.definitionsChanged).toBe(false);
  }
});

test('5.1: a retry in another view succeeds, and a retry with another request fails in every view', async () => {
  await process(start(101));
  const plan = await process(start(101, { responseView: 'PLAN' }));
  expect(ProcessTurnResponse.decode(plan.responseBytes)).toMatchObject({
    revision: 1,
    turnCount: 0,
    lifecycleDecisions: [],
    plan: { hasAsks: true },
  });
  for (const responseView of ['BASIC', 'FULL', 'PLAN'] as const) {
    const changed = start(101, { responseView }, { customerData: { vip: true } });
    await expect(process(changed)).rejects.toMatchObject({ reason: 'TURN_ID_REUSED' });
  }
});

test('a turn that is not recorded is not found, and the error names it as it was requested', async () => {
  await process(start(101));
  await expect(explain({ revision: 2 })).rejects.toMatchObject({
    reason: 'TURN_NOT_FOUND',
    message: expect.stringContaining('has no recorded turn at revision 2'),
    metadata: { session_id: uuid(3), revision: '2' },
  });
  await expect(explain({ turnId: uuid(9) })).rejects.toMatchObject({
    reason: 'TURN_NOT_FOUND',
    metadata: { session_id: uuid(3), turn_id: uuid(9) },
  });
});

test.each([
  [
    'ExplainTurn',
    () => explain({ revision: 1 }, { store: withHistory((history) => ({ ...history, start: undefined })) }),
  ],
  ['a retry', () => process(start(101, full), { store: withHistory((history) => ({ ...history, start: undefined })) })],
  ['a retry of a turn whose record is gone', () => process(start(101, full), { store: withHistory(() => undefined) })],
])('without a kept state %s fails with STATE_NOT_KEPT, and a retry with BASIC succeeds', async (_what, call) => {
  const { responseBytes } = await process(start(101));
  await expect(call()).rejects.toMatchObject({
    reason: 'TURN_NOT_EXPLAINABLE',
    message: expect.stringContaining('The turn was applied.'),
    metadata: { session_id: uuid(3), turn_id: uuid(101), revision: '1', problem: 'STATE_NOT_KEPT' },
  });
  expectSameBytes((await process(start(101))).responseBytes, responseBytes);
});

test('a turn that is decided differently fails with the first difference and the turn that differs', async () => {
  await process(start(101));
  await process(createCommand({ turnId: uuid(102) }));
  const settings = { ...deps.settings, startThreshold: 0.95 };
  await expect(explain({ revision: 2 }, { settings })).rejects.toMatchObject({
    reason: 'TURN_NOT_EXPLAINABLE',
    message: expect.stringContaining(`turn ${uuid(101)} at revision 1 was decided with another lifecycleDecisions`),
    metadata: {
      session_id: uuid(3),
      turn_id: uuid(102),
      revision: '2',
      problem: 'DECISION_DIFFERS',
      differing_turn_id: uuid(101),
      differing_revision: '1',
      difference: 'lifecycleDecisions[0]',
    },
  });
});

test('the error names the scenario versions that are no longer in the catalogue', async () => {
  await process(start(101));
  const catalogue = new CompiledCatalogue({
    scenarios: new MemoryCatalogue(),
    clock: deps.clock,
    log: deps.log,
    compileOptions: defaultCompileOptions,
  });
  await expect(explain({ revision: 1 }, { catalogue })).rejects.toMatchObject({
    message: expect.stringContaining(`The catalogue no longer has ${refund} version 1.`),
    metadata: { problem: 'DECISION_DIFFERS' },
  });
});

test('after a change of settings that decides the same, ExplainTurn says so and a retry with FULL fails', async () => {
  const { responseBytes } = await process(start(101, full));
  const settings = { ...deps.settings, maxLoopCount: deps.settings.maxLoopCount + 1 };
  const explanation = await explain({ revision: 1 }, { settings });
  expect(explanation.definitionsChanged).toBe(true);
  expectSameBytes(explanation.responseBytes, responseBytes);
  await expect(process(start(101, full), { settings })).rejects.toMatchObject({
    reason: 'TURN_NOT_EXPLAINABLE',
    metadata: { problem: 'DEFINITIONS_CHANGED', turn_id: uuid(101) },
  });
});

test('a turn that a release up to 0.2 recorded is explained by its record', async () => {
  const { result, responseBytes } = await process(start(101, full));
  const earlier = ProcessTurnResponse.decode(responseBytes);
  const record = (await store.listTurns({ key, afterRevision: 0, limit: 1 }, unboundedCall)).turns[0];
  if (record === undefined) throw new Error('the turn is not recorded');
  const { basis: _, ...rest } = record;
  const earlierRecord: TurnRecord = { ...rest, response: ProcessTurnResponse.encode(earlier).finish() };
  const history = { start: undefined, turns: [earlierRecord] };
  const earlierStore = withOverrides(store, {
    load: async () => ({ session: undefined, recordedTurn: earlierRecord }),
    readTurnHistory: async () => history,
  });
  const explanation = await explain({ revision: 1 }, { store: earlierStore });
  expect(explanation).toEqual({ responseBytes: earlierRecord.response, definitionsChanged: false });
  for (const responseView of ['BASIC', 'FULL'] as const) {
    const retry = await process(start(101, { responseView, expectedRevision: 0 }), { store: earlierStore });
    expectSameBytes(retry.responseBytes, earlierRecord.response);
    expect(retry.result).toMatchObject({ revision: result.revision, turnId: result.turnId });
  }
});

test('9: a turn is explained with its recorded proposal, and the model is not asked again', async () => {
  const proposal: ModelProposal = {
    outcome: 'PROPOSED',
    model: 'a-model',
    actions: new Map(),
    fits: new Map([[refund, true]]),
    verdicts: [],
  };
  let asked = 0;
  const model = {
    async propose() {
      asked += 1;
      return proposal;
    },
  };
  const low = createCommand({ turnId: uuid(101), candidates: [{ scenarioId: refund, score: 0.1 }] }, full);
  const { responseBytes } = await process(low, { model });
  expect(ProcessTurnResponse.decode(responseBytes)).toMatchObject({ lifecycleDecisions: [{ action: 1 }] });
  expectSameBytes((await explain({ revision: 1 }, { model })).responseBytes, responseBytes);
  expectSameBytes((await process(low, { model })).responseBytes, responseBytes);
  expect(asked).toBe(1);
});

test('a turn whose response in the view FULL exceeds max_response_bytes is not stored', async () => {
  const { responseBytes: basic } = await process(start(101, { validateOnly: true }));
  const { responseBytes } = await process(start(101, { ...full, validateOnly: true }));
  expect(responseBytes.length).toBeGreaterThan(basic.length);
  // The record, which has the request, too, is larger than the response of so small a turn.
  const codec = { ...deps.codec, encodeExplanation: () => new Uint8Array(deps.maxResponseBytes - 127) };
  Object.setPrototypeOf(codec, Object.getPrototypeOf(deps.codec));
  await expect(process(start(101, full), { codec })).rejects.toMatchObject({
    reason: 'TOO_LARGE',
    message: expect.stringContaining('Request the view BASIC'),
  });
  expect(await store.read(key, unboundedCall)).toBeUndefined();
  expect(await process(start(101), { codec })).toMatchObject({ replayed: false, result: { revision: 1 } });
  await expect(process(start(101, full), { codec })).rejects.toMatchObject({ reason: 'TOO_LARGE' });
});

test('an explanation ends with its deadline and when the call is canceled', async () => {
  await process(start(101));
  const query = { key, turn: { revision: 1 } };
  const history = await store.readTurnHistory(key, { revision: 1 }, unboundedCall);
  const slowStore = withOverrides(store, { readTurnHistory: async () => history });
  const ended = createCall(0, new AbortController().signal);
  await expect(explainTurn({ ...deps, store: slowStore }, query, ended)).rejects.toMatchObject({ reason: 'DEADLINE' });
  const canceled = createCall(Number.POSITIVE_INFINITY, AbortSignal.abort());
  await expect(explainTurn({ ...deps, store: slowStore }, query, canceled)).rejects.toMatchObject({
    reason: 'CANCELLED',
  });
});

test('a turn that names 10,000 scenarios records at most 1,000 of their versions, and is explained', async () => {
  const aim = (at: number) => ({
    signal: 2,
    scenarioIds: Array.from({ length: 100 }, (_, index) => uuid(10_000 + 100 * at + index)),
  });
  const signals = Array.from({ length: 100 }, (_, at) => aim(at));
  const { responseBytes } = await process(start(101, full, { situation: { signals } }));
  const [record] = (await store.listTurns({ key, afterRevision: 0, limit: 1 }, unboundedCall)).turns;
  const { versions } = deps.codec.decodeBasis(record?.basis ?? new Uint8Array());
  expect(versions.size).toBe(1_000);
  expectSameBytes((await explain({ revision: 1 })).responseBytes, responseBytes);
});

test('2.16: with orchestration disabled, every view is empty', async () => {
  const settings = { ...deps.settings, enabled: false };
  const bytes = async (responseView: TurnCommand['responseView']) =>
    ProcessTurnResponse.decode((await process(start(101, { responseView }), { settings })).responseBytes);
  expect(await bytes('FULL')).toMatchObject({ context: { candidates: [] }, lifecycleDecisions: [], revision: 0 });
  expect(await bytes('BASIC')).toMatchObject({
    context: undefined,
    lifecycleDecisions: [],
    plan: { contributions: [] },
  });
  expect(await bytes('PLAN')).toMatchObject({ context: undefined, plan: { contributions: [] } });
});
