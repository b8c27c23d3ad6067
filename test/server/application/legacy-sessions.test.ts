import fc from 'fast-check';
import { ProcessTurnRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import type { JsonValue } from '../../../src/core/model/json';
import type { ProcessedTurn, TurnCommand } from '../../../src/server/application/commands';
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
const olderSessionKey = 'conversation:{tenant_id}:{{session_id}}';

let redis: RedisUnderTest;
let keyPrefix: string;
let node: ServiceUnderTest;
const told: string[] = [];
const log: Logger = {
  ...silentLog,
  warn: (fields, message) => told.push(`warn ${message} ${JSON.stringify(fields)}`),
  error: (fields, message) => told.push(`error ${message} ${JSON.stringify(fields)}`),
};

beforeAll(async () => {
  redis = await RedisUnderTest.start();
  keyPrefix = redis.nextPrefix();
  node = await anotherNode();
  const scenario = aScenario(asking(scenarioId, ['order_id', 'reason']));
  await node.useCases.putScenario({ agent, scenario, expectedVersion: undefined }, unboundedCall);
});
afterAll(async () => {
  for (const each of nodes) await each.close();
  await redis.close();
});
beforeEach(() => {
  told.length = 0;
});

const nodes: ServiceUnderTest[] = [];
async function anotherNode(key = olderSessionKey): Promise<ServiceUnderTest> {
  const opened = await createRedisNode(redis, { keyPrefix, legacySessionKey: key, log });
  nodes.push(opened);
  return opened;
}

let sessions = 1_000;
/** A session of which the older service left this behind: JSON, or text that is to be none. */
async function left(record: { readonly [name: string]: JsonValue } | string) {
  sessions += 1;
  const session = { tenantId: agent.tenantId, sessionId: uuid(sessions) };
  const name = `conversation:${session.tenantId}:{${session.sessionId}}`;
  await redis.admin.set(name, typeof record === 'string' ? record : JSON.stringify(record));
  return { ...session, name };
}
type Left = Awaited<ReturnType<typeof left>>;

let turns = 5_000;
function aTurn({ sessionId }: Left, fields: TurnFields = {}, rest: Partial<TurnCommand> = {}): TurnCommand {
  turns += 1;
  const requestBytes = turnRequest({ sessionId, turnId: uuid(turns), ...fields });
  const message = ProcessTurnRequest.decode(requestBytes).turn;
  if (!message) throw new Error('the request has no turn');
  const turn = turnFromProto(message, Date.now());
  return { turn, expectedRevision: undefined, validateOnly: false, requestBytes, ...rest };
}
const process = (command: TurnCommand, { useCases } = node): Promise<ProcessedTurn> =>
  useCases.processTurn(command, unboundedCall);
const plan = ({ result }: ProcessedTurn) =>
  result.plan.contributions.map(
    (each) => `${each.stepId} ${each.type}${each.type === 'ASK' ? ` ${each.fieldsToAsk}` : ''}`,
  );
const atReason = {
  active_scenario_id: scenarioId,
  current_step_id: 'ask_reason',
  variables: { order_id: 'A-7' },
  turn_count: 4,
};

describe('8 on first load: a session that an older service left in Redis', () => {
  it('is taken over on its first turn, goes on where it was, and completes', async () => {
    const session = await left(atReason);
    const first = await process(aTurn(session));
    expect(plan(first)).toEqual(['ask_reason ASK reason']);
    expect(first.result).toMatchObject({ revision: 1, turnCount: 5 });
    const answer = { situation: { candidateVariables: [{ name: 'reason', value: 'damaged' }] } };
    expect(plan(await process(aTurn(session, answer)))).toEqual(['end INFORM']);
    const { result } = await process(aTurn(session));
    expect(result.lifecycleDecisions.map(({ action, reason }) => [action, reason])).toEqual([['COMPLETE', 'TERMINAL']]);
  });

  it('stays as it is in the older form', async () => {
    const session = await left(atReason);
    await process(aTurn(session));
    expect(await redis.admin.get(session.name)).toBe(JSON.stringify(atReason));
  });

  it('is looked for once, and costs later turns nothing', async () => {
    const session = await left(atReason);
    const another = await left(atReason);
    await process(aTurn(another));
    // Now and then a node looks at the catalogue's revision, whatever the turn.
    const commandsOf = async (command: TurnCommand) =>
      (await redis.recordCommands(async () => void (await process(command)))).filter((name) => name !== 'hget');
    expect(await commandsOf(aTurn(session))).toEqual(['evalsha', 'getrange', 'evalsha', 'evalsha']);
    expect(await commandsOf(aTurn(session))).toEqual(['evalsha']);
  });

  it('is looked for in vain where there is none', async () => {
    const session = await left(atReason);
    await redis.admin.del(session.name);
    const { result } = await process(aTurn(session));
    expect([result.revision, result.turnCount, result.lifecycleDecisions]).toEqual([1, 1, []]);
  });

  it('is not looked for where the setting is empty', async () => {
    const plainNode = await anotherNode('');
    const session = await left(atReason);
    expect((await process(aTurn(session), plainNode)).result.lifecycleDecisions).toEqual([]);
  });

  it('5.5: is decided on and not stored by a turn that is only looked at', async () => {
    const session = await left(atReason);
    const looked = await process(aTurn(session, {}, { validateOnly: true }));
    expect(plan(looked)).toEqual(['ask_reason ASK reason']);
    expect(await redis.admin.keys(`${keyPrefix}*${session.sessionId}*`)).toEqual([]);
  });

  it('can be read before its first turn where it tells its agent, and is not stored by that', async () => {
    const silent = await left(atReason);
    await expect(node.useCases.readSession(silent, unboundedCall)).rejects.toMatchObject({
      reason: 'SESSION_NOT_FOUND',
    });
    const telling = await left({ ...atReason, agent_id: agent.agentId });
    const session = await node.useCases.readSession(telling, unboundedCall);
    expect(session).toMatchObject({ ...agent, revision: 0, instances: [{ currentStepId: 'ask_reason' }] });
    expect(await redis.admin.keys(`${keyPrefix}*${telling.sessionId}*`)).toEqual([]);
  });

  it('takes no turn of another agent than the one that it tells', async () => {
    const session = await left({ ...atReason, agent_id: uuid(9) });
    await expect(process(aTurn(session))).rejects.toMatchObject({ reason: 'AGENT_MISMATCH' });
  });

  it('takes turns of two nodes at once as one session', async () => {
    const other = await anotherNode();
    const session = await left(atReason);
    const commands = Array.from({ length: 10 }, () => aTurn(session));
    const processed = await Promise.all(commands.map((command, index) => process(command, index % 2 ? node : other)));
    expect(processed.map(({ result }) => result.revision).sort((a, b) => a - b)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
    const { instances, turnCount } = await node.useCases.readSession(session, unboundedCall);
    expect([instances.length, turnCount]).toEqual([1, 14]);
  });

  it('is the same as the one that is imported by a call', async () => {
    const record = { ...atReason, visited_steps: { ask_order_id: 2 }, last_active_at: new Date().toISOString() };
    const session = await left(record);
    await process(aTurn(session));
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

  it('whose scenario is unknown is taken over without it, and the log tells', async () => {
    const session = await left({ ...atReason, active_scenario_id: uuid(77), variables: { name: 'Ada' } });
    const { result } = await process(aTurn(session));
    expect([result.turnCount, result.lifecycleDecisions]).toEqual([5, []]);
    const { variables } = await node.useCases.readSession(session, unboundedCall);
    expect(variables.get('name')).toEqual({ value: 'Ada', scope: 'SESSION' });
    expect(told).toEqual([expect.stringMatching(`^warn the scenario of an older session .*${uuid(77)}`)]);
  });

  it('whose version is unknown is cancelled by its next turn, and the log tells (2.1)', async () => {
    const session = await left({ ...atReason, active_scenario_version: 9 });
    const { result } = await process(aTurn(session));
    expect(result.lifecycleDecisions).toMatchObject([{ action: 'CANCEL', reason: 'SCENARIO_NOT_FOUND' }]);
    expect(told).toEqual([expect.stringMatching('^warn the version of an older session .*"version":9')]);
  });
});

describe('8 on first load: a record of an older session that is over', () => {
  it('is not taken over where it was last active longer ago than a session lives', async () => {
    const ago = (milliseconds: number) => new Date(Date.now() - milliseconds).toISOString();
    const over = await left({ ...atReason, last_active_at: ago(sessionTtlMs) });
    expect((await process(aTurn(over))).result.turnCount).toBe(1);
    const recent = await left({ ...atReason, last_active_at: ago(sessionTtlMs / 2) });
    expect((await process(aTurn(recent))).result.turnCount).toBe(5);
  });

  it('is erased with its session, before and after its first turn, and does not come back', async () => {
    const [untouched, used] = [await left(atReason), await left(atReason)];
    await process(aTurn(used));
    for (const session of [untouched, used]) {
      expect(await node.useCases.deleteSession(session, unboundedCall)).toBe(true);
      expect(await redis.admin.exists(session.name)).toBe(0);
      expect(await node.useCases.deleteSession(session, unboundedCall)).toBe(false);
      expect((await process(aTurn(session))).result).toMatchObject({
        revision: 1,
        turnCount: 1,
        lifecycleDecisions: [],
      });
    }
  });

  it('does not come back through a node that still remembers the session', async () => {
    const other = await anotherNode();
    const session = await left(atReason);
    await process(aTurn(session), other);
    await node.useCases.deleteSession(session, unboundedCall);
    expect((await process(aTurn(session), other)).result).toMatchObject({ revision: 1, lifecycleDecisions: [] });
  });
});

describe('8 on first load: a record that cannot be read', () => {
  const problem = 'error cannot read the legacy session; starting a new session';

  it('is told with its key and without a value, and the turn goes on with a new session', async () => {
    const session = await left({ ...atReason, current_step_id: 7, variables: { secret: 'Ada' } });
    expect((await process(aTurn(session))).result).toMatchObject({ revision: 1, turnCount: 1 });
    const { name: key } = session;
    const fields = { key, problem: 'current_step_id must be a string of at most 128 characters' };
    expect(told).toEqual([`${problem} ${JSON.stringify(fields)}`]);
  });

  it('may be one of another type, or a very long one', async () => {
    const hash = await left(atReason);
    await redis.admin.del(hash.name);
    await redis.admin.hset(hash.name, 'a', 'b');
    const long = await left(JSON.stringify({ ...atReason, filler: 'x'.repeat(4 * 1024 * 1024) }));
    for (const session of [hash, long]) expect((await process(aTurn(session))).result.turnCount).toBe(1);
    expect(told).toEqual([
      expect.stringContaining('the key does not hold a string'),
      expect.stringContaining('the record is larger than 4194304 bytes'),
    ]);
  });

  it('fails no turn, whatever it is', async () => {
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
        const session = await left(json);
        expect((await process(aTurn(session))).result.revision).toBe(1);
        expect((await process(aTurn(session))).result.revision).toBe(2);
      }),
      { numRuns: 60 },
    );
  });
});
