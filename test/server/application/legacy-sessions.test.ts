import fc from 'fast-check';
import { ProcessTurnRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import type { JsonValue } from '../../../src/core/model/json';
import type { ProcessedTurn, TurnCommand } from '../../../src/server/application/turn-command';
import { turnFromProto } from '../../../src/server/codec/wire/turn-message-codec';
import type { Logger } from '../../../src/server/ports/logger';
import { unboundedCall } from '../../support/calls';
import { aScenario } from '../../support/conversation';
import { createRedisNode, sessionTtlMs } from '../../support/redis-node';
import { type TurnFields, turnRequest } from '../../support/request-bytes';
import { asking } from '../../support/sample-scenarios';
import type { ServiceUnderTest } from '../../support/service-under-test';
import { uuid } from '../../support/session-builder';
import { silentLog } from '../../support/silent-log';
import { RedisUnderTest } from '../stores/redis/redis-under-test';

const agent = { tenantId: uuid(1), agentId: uuid(2) };
const scenarioId = uuid(50);
const legacySessionKeyTemplate = 'conversation:{tenant_id}:{{session_id}}';

let redis: RedisUnderTest;
let keyPrefix: string;
let node: ServiceUnderTest;
const logged: string[] = [];
const log: Logger = {
  ...silentLog,
  warn: (fields, message) => logged.push(`warn ${message} ${JSON.stringify(fields)}`),
  error: (fields, message) => logged.push(`error ${message} ${JSON.stringify(fields)}`),
};

beforeAll(async () => {
  redis = await RedisUnderTest.start();
  keyPrefix = redis.nextPrefix();
  node = await openNode();
  const scenario = aScenario(asking(scenarioId, ['order_id', 'reason']));
  await node.useCases.putScenario({ agent, scenario, expectedVersion: undefined }, unboundedCall);
});
afterAll(async () => {
  for (const each of nodes) await each.close();
  await redis.close();
});
beforeEach(() => {
  logged.length = 0;
});

const nodes: ServiceUnderTest[] = [];
async function openNode(key = legacySessionKeyTemplate): Promise<ServiceUnderTest> {
  const opened = await createRedisNode(redis, { keyPrefix, legacySessionKey: key, log });
  nodes.push(opened);
  return opened;
}

let sessionCount = 1_000;
/** Stores a legacy session in Redis. A string is stored unchanged, so it may be invalid JSON. */
async function storeLegacySession(record: { readonly [name: string]: JsonValue } | string) {
  sessionCount += 1;
  const session = { tenantId: agent.tenantId, sessionId: uuid(sessionCount) };
  const name = `conversation:${session.tenantId}:{${session.sessionId}}`;
  await redis.admin.set(name, typeof record === 'string' ? record : JSON.stringify(record));
  return { ...session, name };
}
type LegacySessionKey = Awaited<ReturnType<typeof storeLegacySession>>;

let turnCount = 5_000;
function createTurn(
  { sessionId }: LegacySessionKey,
  fields: TurnFields = {},
  rest: Partial<TurnCommand> = {},
): TurnCommand {
  turnCount += 1;
  const requestBytes = turnRequest({ sessionId, turnId: uuid(turnCount), ...fields });
  const message = ProcessTurnRequest.decode(requestBytes).turn;
  if (!message) throw new Error('the request has no turn');
  const turn = turnFromProto(message, Date.now());
  return { turn, expectedRevision: undefined, validateOnly: false, responseView: 'BASIC', requestBytes, ...rest };
}
const processTurn = (command: TurnCommand, { useCases } = node): Promise<ProcessedTurn> =>
  useCases.processTurn(command, unboundedCall);
const formatPlan = ({ result }: ProcessedTurn) =>
  result.plan.contributions.map(
    (each) => `${each.stepId} ${each.type}${each.type === 'ASK' ? ` ${each.fieldsToAsk}` : ''}`,
  );
const atReason = {
  active_scenario_id: scenarioId,
  current_step_id: 'ask_reason',
  variables: { order_id: 'A-7' },
  turn_count: 4,
};

describe('8: a legacy session in Redis', () => {
  it('is adopted by its first turn, continues at its step, and completes', async () => {
    const session = await storeLegacySession(atReason);
    const first = await processTurn(createTurn(session));
    expect(formatPlan(first)).toEqual(['ask_reason ASK reason']);
    expect(first.result).toMatchObject({ revision: 1, turnCount: 5 });
    const answer = { situation: { candidateVariables: [{ name: 'reason', value: 'damaged' }] } };
    expect(formatPlan(await processTurn(createTurn(session, answer)))).toEqual(['end INFORM']);
    const { result } = await processTurn(createTurn(session));
    expect(result.lifecycleDecisions.map(({ action, reason }) => [action, reason])).toEqual([['COMPLETE', 'TERMINAL']]);
  });

  it('is where the explanation of its first turns starts, also if the legacy record has changed since', async () => {
    const session = await storeLegacySession(atReason);
    const answer = { situation: { candidateVariables: [{ name: 'reason', value: 'damaged' }] } };
    const full = { responseView: 'FULL' } as const;
    const turns = [
      await processTurn(createTurn(session, {}, full)),
      await processTurn(createTurn(session, answer, full)),
      await processTurn(createTurn(session, {}, full)),
    ];
    await redis.admin.set(session.name, JSON.stringify({ ...atReason, current_step_id: 'end' }));
    for (const { responseBytes, result } of turns) {
      const query = { key: session, turn: { revision: result.revision } };
      const explanation = await node.useCases.explainTurn(query, unboundedCall);
      expect(Buffer.from(explanation.responseBytes).equals(responseBytes)).toBe(true);
      expect(explanation.definitionsChanged).toBe(false);
    }
  });

  it('is not changed or deleted when it is adopted', async () => {
    const session = await storeLegacySession(atReason);
    await processTurn(createTurn(session));
    expect(await redis.admin.get(session.name)).toBe(JSON.stringify(atReason));
  });

  it.each([false, true])(
    'is not adopted if it exceeds limits.session_bytes (validate_only: %s)',
    async (validateOnly) => {
      const session = await storeLegacySession({
        ...atReason,
        agent_id: agent.agentId,
        variables: { text: 'x'.repeat(1_500_000) },
      });
      await expect(processTurn(createTurn(session, {}, { validateOnly }))).rejects.toMatchObject({
        reason: 'SESSION_TOO_LARGE',
        metadata: { limit: 'session_bytes' },
      });
      const { variables } = await node.useCases.getSession(session, unboundedCall);
      expect(variables.has('text')).toBe(true);
      expect(await node.useCases.deleteSession(session, unboundedCall)).toBe(true);
      expect(await redis.admin.exists(session.name)).toBe(0);
    },
  );

  it('is looked up once, and later turns have no additional cost', async () => {
    const session = await storeLegacySession(atReason);
    const another = await storeLegacySession(atReason);
    await processTurn(createTurn(another));
    // Ignores the command that reads the revision of the catalogue, because a node sends it at irregular intervals.
    const recordCommands = async (command: TurnCommand) =>
      (await redis.recordCommands(async () => void (await processTurn(command)))).filter((name) => name !== 'hget');
    expect(await recordCommands(createTurn(session))).toEqual(['evalsha', 'getrange', 'evalsha', 'evalsha']);
    expect(await recordCommands(createTurn(session))).toEqual(['evalsha']);
  });

  it('has no effect if it does not exist', async () => {
    const session = await storeLegacySession(atReason);
    await redis.admin.del(session.name);
    const { result } = await processTurn(createTurn(session));
    expect([result.revision, result.turnCount, result.lifecycleDecisions]).toEqual([1, 1, []]);
  });

  it('is not looked up if the setting is empty', async () => {
    const plainNode = await openNode('');
    const session = await storeLegacySession(atReason);
    expect((await processTurn(createTurn(session), plainNode)).result.lifecycleDecisions).toEqual([]);
  });

  it('5.5: is used but not stored by a turn with validate_only', async () => {
    const session = await storeLegacySession(atReason);
    const validated = await processTurn(createTurn(session, {}, { validateOnly: true }));
    expect(formatPlan(validated)).toEqual(['ask_reason ASK reason']);
    expect(await redis.admin.keys(`${keyPrefix}*${session.sessionId}*`)).toEqual([]);
  });

  it('can be read before its first turn if it has an agent id, and reading does not store it', async () => {
    const withoutAgent = await storeLegacySession(atReason);
    await expect(node.useCases.getSession(withoutAgent, unboundedCall)).rejects.toMatchObject({
      reason: 'SESSION_NOT_FOUND',
    });
    const withAgent = await storeLegacySession({ ...atReason, agent_id: agent.agentId });
    const session = await node.useCases.getSession(withAgent, unboundedCall);
    expect(session).toMatchObject({ ...agent, revision: 0, instances: [{ currentStepId: 'ask_reason' }] });
    expect(await redis.admin.keys(`${keyPrefix}*${withAgent.sessionId}*`)).toEqual([]);
  });

  it('refuses turns of another agent if it has an agent id', async () => {
    const session = await storeLegacySession({ ...atReason, agent_id: uuid(9) });
    await expect(processTurn(createTurn(session))).rejects.toMatchObject({ reason: 'AGENT_MISMATCH' });
  });

  it('is adopted once by concurrent turns on two nodes', async () => {
    const other = await openNode();
    const session = await storeLegacySession(atReason);
    const commands = Array.from({ length: 10 }, () => createTurn(session));
    const processed = await Promise.all(
      commands.map((command, index) => processTurn(command, index % 2 ? node : other)),
    );
    expect(processed.map(({ result }) => result.revision).sort((a, b) => a - b)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
    const { instances, turnCount } = await node.useCases.getSession(session, unboundedCall);
    expect([instances.length, turnCount]).toEqual([1, 14]);
  });

  it('results in the same session as ImportSession', async () => {
    const record = { ...atReason, visited_steps: { ask_order_id: 2 }, last_active_at: new Date().toISOString() };
    const session = await storeLegacySession(record);
    await processTurn(createTurn(session));
    const imported = await node.useCases.importSession(
      {
        key: session,
        record: {
          agentId: agent.agentId,
          activeScenarioId: scenarioId,
          activeScenarioVersion: 0,
          currentStepId: 'ask_reason',
          visitedSteps: new Map([['ask_order_id', 2]]),
          variables: new Map([['order_id', 'A-7']]),
          turnCount: 4,
          lastActiveAt: Date.parse(record.last_active_at),
        },
      },
      unboundedCall,
    );
    expect(imported).toMatchObject({ created: false, session: { revision: 1 } });
  });

  it('is adopted without an instance if its scenario is unknown, which is logged', async () => {
    const session = await storeLegacySession({ ...atReason, active_scenario_id: uuid(77), variables: { name: 'Ada' } });
    const { result } = await processTurn(createTurn(session));
    expect([result.turnCount, result.lifecycleDecisions]).toEqual([5, []]);
    const { variables } = await node.useCases.getSession(session, unboundedCall);
    expect(variables.get('name')).toMatchObject({ value: 'Ada', scope: 'SESSION' });
    expect(logged).toEqual([expect.stringMatching(`^warn the scenario of a legacy session .*${uuid(77)}`)]);
  });

  it('2.1: is canceled by its next turn if its version is unknown, which is logged', async () => {
    const session = await storeLegacySession({ ...atReason, active_scenario_version: 9 });
    const { result } = await processTurn(createTurn(session));
    expect(result.lifecycleDecisions).toMatchObject([{ action: 'CANCEL', reason: 'SCENARIO_NOT_FOUND' }]);
    expect(logged).toEqual([expect.stringMatching('^warn the scenario version of a legacy session .*"version":9')]);
  });
});

describe('8: an expired or deleted legacy session', () => {
  it('is not adopted if it was last active before the session time to live', async () => {
    const ago = (milliseconds: number) => new Date(Date.now() - milliseconds).toISOString();
    const expired = await storeLegacySession({ ...atReason, last_active_at: ago(sessionTtlMs) });
    expect((await processTurn(createTurn(expired))).result.turnCount).toBe(1);
    const recent = await storeLegacySession({ ...atReason, last_active_at: ago(sessionTtlMs / 2) });
    expect((await processTurn(createTurn(recent))).result.turnCount).toBe(5);
  });

  it('is deleted with its session, before and after its first turn, and is not adopted again', async () => {
    const [untouched, used] = [await storeLegacySession(atReason), await storeLegacySession(atReason)];
    await processTurn(createTurn(used));
    for (const session of [untouched, used]) {
      expect(await node.useCases.deleteSession(session, unboundedCall)).toBe(true);
      expect(await redis.admin.exists(session.name)).toBe(0);
      expect(await node.useCases.deleteSession(session, unboundedCall)).toBe(false);
      expect((await processTurn(createTurn(session))).result).toMatchObject({
        revision: 1,
        turnCount: 1,
        lifecycleDecisions: [],
      });
    }
  });

  it('is not adopted again by a node that still has the session in its cache', async () => {
    const other = await openNode();
    const session = await storeLegacySession(atReason);
    await processTurn(createTurn(session), other);
    await node.useCases.deleteSession(session, unboundedCall);
    expect((await processTurn(createTurn(session), other)).result).toMatchObject({
      revision: 1,
      lifecycleDecisions: [],
    });
  });
});

describe('8: an invalid legacy session', () => {
  const problem = 'error cannot read the legacy session; starting a new session';

  it('is logged with its key and without values, and the turn continues with a new session', async () => {
    const session = await storeLegacySession({ ...atReason, current_step_id: 7, variables: { secret: 'Ada' } });
    expect((await processTurn(createTurn(session))).result).toMatchObject({ revision: 1, turnCount: 1 });
    const { name: key } = session;
    const fields = { key, problem: 'current_step_id must be a string of at most 128 characters' };
    expect(logged).toEqual([`${problem} ${JSON.stringify(fields)}`]);
  });

  it('is logged if its key has another Redis type or its record is too long', async () => {
    const hash = await storeLegacySession(atReason);
    await redis.admin.del(hash.name);
    await redis.admin.hset(hash.name, 'a', 'b');
    const long = await storeLegacySession(JSON.stringify({ ...atReason, filler: 'x'.repeat(4 * 1024 * 1024) }));
    for (const session of [hash, long]) expect((await processTurn(createTurn(session))).result.turnCount).toBe(1);
    expect(logged).toEqual([
      expect.stringContaining('the key does not hold a string'),
      expect.stringContaining('the record is larger than 4194304 bytes'),
    ]);
  });

  it('property: never makes a turn fail', async () => {
    const field = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<JsonValue>(scenarioId, 'ask_reason', 'PAUSE', 1, { ask_reason: 3 }),
    );
    const names = ['active_scenario_id', 'active_scenario_version', 'current_step_id', 'visited_steps', 'variables'];
    const record = fc
      .dictionary(fc.constantFrom(...names, 'last_action', 'turn_count', 'last_active_at', 'agent_id'), field)
      .map((fields) => JSON.stringify({ active_scenario_id: scenarioId, ...fields, agent_id: null }));
    await fc.assert(
      fc.asyncProperty(fc.oneof(record, record, fc.json(), fc.string({ unit: 'binary' })), async (json) => {
        const session = await storeLegacySession(json);
        expect((await processTurn(createTurn(session))).result.revision).toBe(1);
        expect((await processTurn(createTurn(session))).result.revision).toBe(2);
      }),
      { numRuns: 60 },
    );
  });
});
