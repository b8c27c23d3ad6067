import { randomUUID } from 'node:crypto';
import type { OrchestratorClient } from 'scenario-orchestrator-client';
import { ResponseView } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { Session as SessionMessage } from '../../../gen/focal/orchestration/v1/session';
import type { Contribution } from '../../../src/core/model/contribution';
import type { Relationship } from '../../../src/core/model/scenario';
import type { ScenarioInstance, Session } from '../../../src/core/model/session';
import type { Turn } from '../../../src/core/model/turn';
import type { TurnResult } from '../../../src/core/model/turn-result';
import { decodeSession } from '../../../src/server/codec/stored/stored-values';
import { turnResultFromProto } from '../../../src/server/codec/wire/result-codec';
import { relationshipToProto, scenarioToProto } from '../../../src/server/codec/wire/scenario-codec';
import { turnToProto } from '../../../src/server/codec/wire/turn-message-codec';
import { aScenario, aTurn, PlayedTurn, type ScenarioDraft, type TurnDraft } from '../../support/conversation';

/**
 * A `Conversation` over gRPC. The contract requires UUIDs where tests use names: each name gets a UUID, and results have the names
 * again. After every turn the session is read and compared with the response.
 */
export class RemoteConversation {
  session: Session | undefined;
  private readonly names = new Map<string, string>();
  private readonly agent = { tenantId: randomUUID(), agentId: randomUUID() };
  private readonly sessionId = randomUUID();
  private now = Date.UTC(2030, 0, 1);

  private constructor(private readonly client: OrchestratorClient) {}

  static async start(
    client: OrchestratorClient,
    scenarios: readonly ScenarioDraft[],
    relationships: readonly Relationship[] = [],
  ): Promise<RemoteConversation> {
    const conversation = new RemoteConversation(client);
    for (const draft of scenarios) await conversation.putScenario(draft);
    for (const relationship of relationships) await conversation.putRelationship(relationship);
    return conversation;
  }

  async putScenario(draft: ScenarioDraft): Promise<void> {
    const scenario = scenarioToProto({ ...aScenario(draft), scenarioId: this.getId(draft.scenarioId) });
    await this.client.putScenario({ ...this.agent, scenario, expectedVersion: undefined });
  }

  async putRelationship({ sourceId, targetScenarioId, ...rest }: Relationship): Promise<void> {
    const named = { ...rest, sourceId: this.getId(sourceId), targetScenarioId: this.getId(targetScenarioId) };
    await this.client.putRelationship({ ...this.agent, relationship: relationshipToProto(named) });
  }

  /** Sends a turn, reads the session, and fails if they do not match. Time advances by one minute per turn. */
  async turn(draft: TurnDraft = {}): Promise<PlayedTurn<TurnResult>> {
    this.now = draft.occurredAt ?? this.now + 60_000;
    const turn = this.withIds(aTurn(draft, randomUUID(), this.now));
    const { response } = await this.client.processTurn({
      turn: turnToProto(turn),
      expectedRevision: undefined,
      validateOnly: false,
      responseView: ResponseView.RESPONSE_VIEW_BASIC,
    });
    const result = turnResultFromProto(this.replaceIds(response));
    this.session = await this.getSession();
    expectMatch(result, this.session);
    return new PlayedTurn(result, this.session);
  }

  /** Reads the session with GetSession. */
  async getSession(): Promise<Session> {
    const { tenantId } = this.agent;
    const { session } = await this.client.getSession({ tenantId, sessionId: this.sessionId });
    if (session === undefined) throw new Error('GetSession answered without a session');
    return decodeSession(SessionMessage.encode(this.replaceIds(session)).finish());
  }

  /** Returns the running instance of a scenario. Throws if there is none. */
  getInstance(scenarioId: string): ScenarioInstance {
    const found = this.session?.instances.find((instance) => instance.scenarioId === scenarioId);
    if (!found) throw new Error(`no instance of ${scenarioId}`);
    return found;
  }

  private getId(name: string): string {
    const known = this.names.get(name) ?? randomUUID();
    this.names.set(name, known);
    return known;
  }

  /** Returns a copy of a message with the ids of this conversation replaced by their names, in values and in map keys. */
  private replaceIds<T>(message: T): T {
    return mapStrings(message, (text) => [...this.names].reduce((all, [name, id]) => all.replaceAll(id, name), text));
  }

  private withIds(turn: Turn): Turn {
    const { situation, candidates, appliedRules } = turn;
    return {
      ...turn,
      ...this.agent,
      sessionId: this.sessionId,
      situation: {
        ...situation,
        signals: situation.signals.map((each) => ({
          ...each,
          scenarioIds: each.scenarioIds.map((name) => this.getId(name)),
        })),
      },
      candidates: candidates.map((each) => ({ ...each, scenarioId: this.getId(each.scenarioId) })),
      appliedRules: appliedRules.map((each) => ({ ...each, ruleId: this.getId(each.ruleId) })),
    };
  }
}

/** Compares the instances in the result of a turn with those in the session. */
function expectMatch(result: TurnResult, session: Session): void {
  expect([session.revision, session.turnCount, session.lastTurnId]).toEqual([
    result.revision,
    result.turnCount,
    result.turnId,
  ]);
  const running = session.instances.map(({ instanceId, status }) => `${instanceId} ${status}`);
  const ended = session.endedInstances.map(({ instanceId, status }) => `${instanceId} ${status}`);
  const after = { START: 'ACTIVE', CONTINUE: 'ACTIVE', PAUSE: 'PAUSED', COMPLETE: 'COMPLETED', CANCEL: 'CANCELLED' };
  const decided = result.lifecycleDecisions.map(({ instanceId, action }) => `${instanceId} ${after[action]}`);
  expect(decided.filter((each) => /(ACTIVE|PAUSED)$/.test(each)).sort()).toEqual(running.sort());
  expect(ended).toEqual(expect.arrayContaining(decided.filter((each) => /(COMPLETED|CANCELLED)$/.test(each))));
  for (const { instanceId, targetStepId, visitNumber } of result.transitionDecisions) {
    const instance = session.instances.find((each) => each.instanceId === instanceId);
    expect([instance?.currentStepId, instance?.visit.number]).toEqual([targetStepId, visitNumber]);
  }
  for (const contribution of result.plan.contributions) {
    if (contribution.deferred || contribution.type === 'NONE' || contribution.scenarioId === '') continue;
    const instance = session.instances.find(({ instanceId }) => instanceId === contribution.instanceId);
    expect([instance?.currentStepId, hasRecorded(instance, contribution.type, result.revision)]).toEqual([
      contribution.stepId,
      true,
    ]);
  }
  expect(session.pendingStarts.map(({ scenarioId, turnsLeft }) => `${scenarioId} ${turnsLeft}`).sort()).toEqual(
    result.rejectedCandidates
      .filter(({ pendingTurnsLeft }) => pendingTurnsLeft > 0)
      .map(({ scenarioId, pendingTurnsLeft }) => `${scenarioId} ${pendingTurnsLeft}`)
      .sort(),
  );
}

/** Returns a deep copy in which every string and every key is mapped. */
function mapStrings<T>(value: T, map: (text: string) => string): T;
function mapStrings(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((each) => mapStrings(each, map));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [map(key), mapStrings(each, map)]));
}

const requestKinds = { ASK: 'ASK', CONFIRM: 'CONFIRM', ACTION_HINT: 'ACTION' } as const;

/** Whether the instance records that the plan of a revision contained a contribution of the type (0.8). */
function hasRecorded(
  instance: ScenarioInstance | undefined,
  type: Exclude<Contribution['type'], 'NONE'>,
  revision: number,
): boolean {
  if (type === 'INFORM') return instance?.visit.informedRevision === revision;
  const kind = requestKinds[type];
  return instance?.requests.some((request) => request.kind === kind && request.lastPut.revision === revision) ?? false;
}
