import { OrchestratorServiceService } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import {
  ScenarioServiceService,
  SimulateTurnsRequest,
  SimulateTurnsResponse,
  ValidateScenarioResponse,
} from '../../../../gen/focal/orchestration/v1/scenario_service';
import {
  ExportCustomerResponse,
  GetSessionResponse,
  ListSessionsRequest,
  ListSessionsResponse,
  ListTurnsResponse,
  SessionServiceService,
} from '../../../../gen/focal/orchestration/v1/session_service';
import { encodeCursor } from '../../../../src/server/application/feed-cursor';
import { maxRelationships } from '../../../../src/server/application/relationships';
import { relationshipFromProto } from '../../../../src/server/codec/wire/scenario-codec';
import { unboundedCall } from '../../../support/calls';
import { getCallError } from '../../../support/grpc-under-test';
import { range } from '../../../support/range';
import type { StoresUnderTest } from '../../../support/service-under-test';
import { anInstance, aSession, uuid } from '../../../support/session-builder';
import { aCommit, aSummary } from '../../stores/contract/turn-driver';
import {
  aDrawing,
  agent,
  anEcho,
  anImport,
  aPath,
  aPhaseInput,
  aRelationship,
  aScenarioWithFindings,
  aVariable,
  scenarioId,
  someFields,
} from './largest-requests';
import type { ResponseRecorder } from './response-recorder';

/** The default limit of gRPC clients, and of server.max_response_bytes. */
export const maxBytes = 4_194_304;
const megabyte = 1_048_576;

const { processTurn, processTurns, streamTurn, decideLifecycle, decideTransitions, planContributions } =
  OrchestratorServiceService;
const { getSession, listTurns, explainTurn, watchSession, importSession, deleteSession } = SessionServiceService;
const { watchTurns, acknowledgeTurns, deleteTurnConsumer } = SessionServiceService;
const { listSessions, countSessions, exportCustomer, deleteCustomer } = SessionServiceService;
const catalogue = ScenarioServiceService;

/** The number of sessions of `commitManySteps`. */
const crowdedSessions = 20;

/** Commits sessions of an agent whose many instances are at different steps with long ids, and each of a scenario of its own. */
async function commitManySteps({ store }: StoresUnderTest, agentId: string): Promise<void> {
  for (let number = 0; number < crowdedSessions; number += 1) {
    const instances = Array.from({ length: 1_100 }, (_, index) =>
      anInstance({
        instanceId: uuid(index),
        scenarioId: uuid(2_000 + number),
        startNumber: index + 1,
        currentStepId: `${index}-${number}-`.padEnd(128, 'x'),
      }),
    );
    const session = aSession({ tenantId: agent.tenantId, agentId, sessionId: uuid(3_000 + number), instances });
    await store.commit(aCommit(session, uuid(100)), unboundedCall);
  }
}

export interface Target {
  readonly recorder: ResponseRecorder;
  readonly stores: StoresUnderTest;
}

/** How the response of a method is bounded. */
export interface Row {
  /**
   * `store`: a value that would be too large is refused before it is stored. `response`: a computed response is refused when it is sent. `cut`: the response
   * has the part that fits. `constant`: the response has a few fields of bounded length. `none`: the method is not implemented.
   */
  readonly bound: 'store' | 'response' | 'cut' | 'constant' | 'none';
  /** Sends a request that is too large, if there can be one, and then the largest one that is accepted. */
  readonly send: (target: Target) => Promise<unknown>;
  /** The limits that must have refused something. */
  readonly refusedBy: readonly string[];
  /** The largest message must have at least this part of `maxBytes`, which shows that the state was large. Default: 0. */
  readonly fills?: number;
}

const turn = uuid(900);

export const rows: Readonly<Record<string, Row>> = {
  ProcessTurn: {
    bound: 'store',
    refusedBy: ['max_response_bytes'],
    fills: 0.49,
    send: ({ recorder }) =>
      recorder.sendLargest(3 * megabyte, (length) => recorder.call(processTurn, anEcho(uuid(10), turn, length)), 2),
  },
  StreamTurn: {
    bound: 'store',
    refusedBy: ['max_response_bytes'],
    fills: 0.49,
    send: ({ recorder }) =>
      recorder.sendLargest(3 * megabyte, (length) => recorder.stream(streamTurn, anEcho(uuid(11), turn, length)), 2),
  },
  ProcessTurns: {
    bound: 'store',
    refusedBy: ['max_response_bytes'],
    fills: 0.49,
    send: ({ recorder }) =>
      recorder.sendLargest(
        3 * megabyte,
        (length) => recorder.exchange(processTurns, { ...anEcho(uuid(12), turn, length), traceContext: undefined }),
        2,
      ),
  },
  DecideLifecycle: {
    bound: 'response',
    refusedBy: ['max_message_bytes'],
    fills: 0.99,
    send: ({ recorder }) =>
      recorder.sendLargest(maxBytes, (echo) => recorder.call(decideLifecycle, { input: aPhaseInput({ echo }) })),
  },
  DecideTransitions: {
    bound: 'response',
    refusedBy: [],
    send: ({ recorder }) => recorder.call(decideTransitions, { input: aPhaseInput({ scenarios: 5, known: megabyte }) }),
  },
  PlanContributions: {
    bound: 'response',
    refusedBy: ['max_response_bytes'],
    fills: 0.99,
    send: ({ recorder }) =>
      recorder.sendLargest(
        2 * megabyte,
        (known) => recorder.call(planContributions, { input: aPhaseInput({ scenarios: 1, known }) }),
        6,
      ),
  },
  GetSession: {
    bound: 'store',
    refusedBy: ['session_bytes'],
    fills: 0.24,
    async send({ recorder }) {
      const key = { tenantId: agent.tenantId, sessionId: uuid(13) };
      await recorder.sendLargest(2 * megabyte, (length) =>
        recorder.call(processTurn, aVariable(key.sessionId, turn, length)),
      );
      const { session } = GetSessionResponse.decode(await recorder.call(getSession, key));
      expect(session?.variables[0]?.name).toBe('text');
    },
  },
  ListTurns: {
    bound: 'cut',
    refusedBy: ['max_response_bytes'],
    fills: 0.99,
    async send({ recorder }) {
      const key = { tenantId: agent.tenantId, sessionId: uuid(14) };
      const send = (turnId: string) => (length: number) =>
        recorder.call(processTurn, anEcho(key.sessionId, turnId, length));
      await recorder.sendLargest(3 * megabyte, send(uuid(901)), 2);
      for (const number of [902, 903, 904, 905, 906]) await send(uuid(number))(400_000);
      const revisions: number[] = [];
      let pageToken = '';
      do {
        const request = { ...key, pageSize: 500, pageToken };
        const page = ListTurnsResponse.decode(await recorder.call(listTurns, request));
        revisions.push(...page.turns.map(({ revision }) => revision));
        pageToken = page.nextPageToken;
      } while (pageToken !== '');
      expect(revisions).toEqual([1, 2, 3, 4, 5, 6]);
    },
  },
  ExplainTurn: {
    bound: 'response',
    refusedBy: ['max_response_bytes'],
    fills: 0.49,
    async send({ recorder }) {
      const key = { tenantId: agent.tenantId, sessionId: uuid(17) };
      await recorder.sendLargest(
        3 * megabyte,
        (length) => recorder.call(processTurn, anEcho(key.sessionId, turn, length)),
        2,
      );
      await recorder.call(explainTurn, { ...key, turnId: turn, revision: 0 });
    },
  },
  WatchSession: {
    bound: 'store',
    refusedBy: ['max_response_bytes'],
    fills: 0.99,
    async send({ recorder }) {
      const key = { tenantId: agent.tenantId, sessionId: uuid(15) };
      await recorder.sendLargest(
        3 * megabyte,
        (length) => recorder.call(processTurn, anEcho(key.sessionId, uuid(901), length)),
        2,
      );
      await recorder.call(processTurn, anEcho(key.sessionId, uuid(902), 1_000_000));
      const request = { ...key, afterRevision: 0, afterTurnId: '' };
      expect(await recorder.stream(watchSession, request, 2)).toHaveLength(2);
    },
  },
  WatchTurns: {
    // A limited number of events, each with a limited number of decisions.
    bound: 'constant',
    refusedBy: [],
    fills: 0.04,
    async send({ recorder, stores }) {
      const [decision] = aSummary().decisions;
      if (decision === undefined) throw new Error('The summary has no decision.');
      const longest = { ...decision, sourceStepId: '\u{1f600}'.repeat(64), targetStepId: '\u{1f600}'.repeat(64) };
      const rejection = { scenarioId: uuid(1), reason: 'BELOW_THRESHOLD' } as const;
      const summary = {
        ...aSummary(),
        decisions: Array.from({ length: 20 }, () => longest),
        rejections: Array.from({ length: 20 }, () => rejection),
      };
      let previous = aSession({ tenantId: agent.tenantId, sessionId: uuid(18) });
      for (let turnNumber = 1; turnNumber <= 64; turnNumber += 1) {
        const commit = { ...aCommit(previous, uuid(turnNumber)), summary };
        await stores.store.commit(commit, unboundedCall);
        previous = commit.session;
      }
      const filter = { agentId: '', scenarioId: '', reasons: [] };
      const request = { tenantId: agent.tenantId, ...filter, consumer: '', cursor: '', fromOldest: true };
      expect(await recorder.stream(watchTurns, request, 5)).toHaveLength(5);
    },
  },
  ListSessions: {
    bound: 'cut',
    refusedBy: [],
    fills: 0.8,
    async send({ recorder, stores }) {
      await commitManySteps(stores, uuid(21));
      const request = ListSessionsRequest.fromPartial({ tenantId: agent.tenantId, agentId: uuid(21), pageSize: 500 });
      const listed: string[] = [];
      for (let pageToken = '', isFirst = true; isFirst || pageToken !== ''; isFirst = false) {
        const page = ListSessionsResponse.decode(await recorder.call(listSessions, { ...request, pageToken }));
        listed.push(...page.sessions.map(({ sessionId }) => sessionId));
        pageToken = page.nextPageToken;
      }
      expect(new Set(listed).size).toBe(crowdedSessions);
    },
  },
  CountSessions: {
    bound: 'response',
    refusedBy: [],
    fills: 0.05,
    async send({ recorder, stores }) {
      await commitManySteps(stores, uuid(21));
      const request = { tenantId: agent.tenantId, agentId: '', scenarioId: '' };
      const error = await getCallError(recorder.call(countSessions, request));
      expect(error).toMatchObject({ reason: 'TOO_LARGE', metadata: { limit: 'max_response_bytes' } });
      await recorder.call(countSessions, { ...request, scenarioId: uuid(2_000) });
    },
  },
  ExportCustomer: {
    // Sessions are bounded as in GetSession, and turns as in ListTurns.
    bound: 'cut',
    refusedBy: ['max_response_bytes'],
    fills: 0.99,
    async send({ recorder }) {
      const [sessionId, customerId] = [uuid(20), 'C-7'];
      const send = (turnId: string) => (length: number) => {
        const { turn, ...request } = anEcho(sessionId, turnId, length);
        return recorder.call(processTurn, { ...request, turn: turn && { ...turn, customerId } });
      };
      await recorder.sendLargest(3 * megabyte, send(uuid(901)), 2);
      for (const number of [902, 903, 904, 905, 906]) await send(uuid(number))(400_000);
      const request = { tenantId: agent.tenantId, customerId, cursor: '' };
      const messages = (await recorder.stream(exportCustomer, request)).map((bytes) =>
        ExportCustomerResponse.decode(bytes),
      );
      expect(messages.flatMap(({ turns }) => turns.map(({ revision }) => revision))).toEqual([1, 2, 3, 4, 5, 6]);
    },
  },
  DeleteCustomer: {
    bound: 'constant',
    refusedBy: [],
    send: ({ recorder }) => recorder.call(deleteCustomer, { tenantId: agent.tenantId, customerId: 'C-7' }),
  },
  AcknowledgeTurns: {
    bound: 'constant',
    refusedBy: [],
    async send({ recorder, stores: { feed } }) {
      const positions = Array.from({ length: feed?.partitions ?? 1 }, () => ({ number: 1, mark: 1 }));
      const cursor = encodeCursor(agent.tenantId, positions);
      await recorder.call(acknowledgeTurns, { tenantId: agent.tenantId, consumer: 'warehouse', cursor });
    },
  },
  DeleteTurnConsumer: {
    bound: 'constant',
    refusedBy: [],
    send: ({ recorder }) => recorder.call(deleteTurnConsumer, { tenantId: agent.tenantId, consumer: 'warehouse' }),
  },
  ImportSession: {
    bound: 'store',
    refusedBy: ['session_bytes'],
    fills: 0.24,
    send: ({ recorder }) =>
      recorder.sendLargest(2 * megabyte, (length) => recorder.call(importSession, anImport(uuid(16), length))),
  },
  DeleteSession: {
    bound: 'constant',
    refusedBy: [],
    send: ({ recorder }) => recorder.call(deleteSession, { tenantId: agent.tenantId, sessionId: uuid(10) }),
  },
  PutScenario: {
    bound: 'store',
    refusedBy: ['max_response_bytes'],
    fills: 0.99,
    send: ({ recorder }) => putLargestScenario(recorder),
  },
  ValidateScenario: {
    bound: 'cut',
    refusedBy: [],
    // 1,000 findings are listed at most, which are smaller than the default limit.
    fills: 0.03,
    async send({ recorder }) {
      const response = await recorder.call(catalogue.validateScenario, { scenario: aScenarioWithFindings(50, 500) });
      const { valid, findings, omittedFindings } = ValidateScenarioResponse.decode(response);
      expect(valid).toBe(false);
      expect(findings.length).toBeGreaterThan(0);
      expect(omittedFindings).toBeGreaterThan(0);
    },
  },
  GetScenario: {
    bound: 'store',
    refusedBy: ['max_response_bytes'],
    fills: 0.99,
    async send({ recorder }) {
      await putLargestScenario(recorder);
      await recorder.call(catalogue.getScenario, { ...agent, scenarioId, version: 0 });
    },
  },
  ListScenarios: {
    bound: 'cut',
    refusedBy: ['max_response_bytes'],
    fills: 0.99,
    async send({ recorder }) {
      await putLargestScenario(recorder);
      const request = { ...agent, tag: '', enabled: undefined, pageSize: 500, pageToken: '' };
      await recorder.call(catalogue.listScenarios, request);
    },
  },
  DeleteScenario: {
    bound: 'constant',
    refusedBy: [],
    send: ({ recorder }) =>
      recorder.call(catalogue.deleteScenario, { ...agent, scenarioId: uuid(77), expectedVersion: undefined }),
  },
  PutRelationship: {
    bound: 'constant',
    refusedBy: [],
    send: ({ recorder }) =>
      recorder.call(catalogue.putRelationship, { tenantId: uuid(1), agentId: uuid(5), relationship: aRelationship(1) }),
  },
  DeleteRelationship: {
    bound: 'constant',
    refusedBy: [],
    send: ({ recorder }) => recorder.call(catalogue.deleteRelationship, { ...agent, relationship: aRelationship(1) }),
  },
  ListRelationships: {
    bound: 'store',
    refusedBy: ['relationships'],
    fills: 0.2,
    async send({ recorder, stores }) {
      const other = { tenantId: uuid(1), agentId: uuid(6) };
      await Promise.all(
        Array.from({ length: maxRelationships }, (_, index) =>
          stores.scenarios.putRelationship(
            other,
            relationshipFromProto(aRelationship(index)),
            undefined,
            unboundedCall,
          ),
        ),
      );
      const put = (number: number) =>
        recorder.call(catalogue.putRelationship, { ...other, relationship: aRelationship(number) });
      const refused = await getCallError(put(maxRelationships));
      recorder.refusedBy.push(refused.metadata['limit'] ?? '');
      await put(0); // Replaces one.
      await recorder.call(catalogue.listRelationships, other);
    },
  },
  RenderScenario: {
    bound: 'response',
    refusedBy: ['max_response_bytes'],
    async send({ recorder }) {
      const other = { tenantId: uuid(1), agentId: uuid(7) };
      const render = async (steps: number) => {
        const scenario = aDrawing(steps);
        await recorder.call(catalogue.putScenario, { ...other, scenario, expectedVersion: undefined });
        const request = { ...other, scenarioId: scenario.scenarioId, version: 0, sessionId: '' };
        return recorder.call(catalogue.renderScenario, request);
      };
      recorder.refusedBy.push((await getCallError(render(9_000))).metadata['limit'] ?? '');
      await render(1_000);
    },
  },
  PutFields: {
    bound: 'store',
    refusedBy: ['max_response_bytes'],
    fills: 0.99,
    send: ({ recorder }) => putLargestFields(recorder),
  },
  GetFields: {
    bound: 'store',
    refusedBy: ['max_response_bytes'],
    fills: 0.99,
    async send({ recorder }) {
      await putLargestFields(recorder);
      await recorder.call(catalogue.getFields, { tenantId: uuid(1), agentId: uuid(8) });
    },
  },
  PlanMigration: notImplemented(catalogue.planMigration, { ...agent, scenarioId, targetVersion: 0 }),
  ApplyMigration: notImplemented(catalogue.applyMigration, { ...agent, scenarioId, targetVersion: 0 }),
  SimulateTurns: {
    bound: 'cut',
    refusedBy: [],
    async send({ recorder }) {
      // 100 sessions that do not exist: the longest list of a response without a difference. fit-groups.test.ts cuts differences.
      const sessionIds = range(100, (index) => uuid(20_000 + index));
      const request = SimulateTurnsRequest.fromPartial({ ...agent, sessionIds });
      const response = SimulateTurnsResponse.decode(await recorder.call(catalogue.simulateTurns, request));
      expect(response.incompleteSessions).toHaveLength(100);
    },
  },
};

function notImplemented<Request>(
  method: { readonly path: string; requestSerialize(request: Request): Buffer },
  request: Request,
): Row {
  return {
    bound: 'none',
    refusedBy: [],
    async send({ recorder }) {
      expect((await getCallError(recorder.call(method, request))).reason).toBe('NOT_IMPLEMENTED');
    },
  };
}

function putLargestScenario(recorder: ResponseRecorder) {
  return recorder.sendLargest(maxBytes, (length) =>
    recorder.call(catalogue.putScenario, { ...agent, scenario: aPath(length), expectedVersion: undefined }),
  );
}

function putLargestFields(recorder: ResponseRecorder) {
  const agentKey = { tenantId: uuid(1), agentId: uuid(8) };
  return recorder.sendLargest(maxBytes, (length) =>
    recorder.call(catalogue.putFields, { ...agentKey, definitions: someFields(length), expectedVersion: undefined }),
  );
}
