import fc from 'fast-check';
import { ProcessTurnRequest, ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { OrchestratorError } from '../../../src/core/model/orchestrator-error';
import type { Relationship } from '../../../src/core/model/scenario';
import type { Session } from '../../../src/core/model/session';
import type { Turn } from '../../../src/core/model/turn';
import { findRelationshipProblem } from '../../../src/core/scenario/relationship-problem';
import type { ProcessedTurn, TurnCommand } from '../../../src/server/application/turn-command';
import type { UseCases } from '../../../src/server/application/use-cases';
import { ProtoTurnCodec } from '../../../src/server/codec/stored/proto-turn-codec';
import { removeExplanation } from '../../../src/server/codec/wire/response-view';
import { turnToProto } from '../../../src/server/codec/wire/turn-message-codec';
import type { ResponseView } from '../../../src/server/ports/turn-codec';
import { unboundedCall } from '../../support/calls';
import { aField } from '../../support/field-definitions';
import { type ConversationTurn, type RandomConversation, randomConversation } from '../../support/random-conversations';
import { oneOf } from '../../support/random-names';
import {
  toScenarioId,
  toSendableRelationship,
  toSendableScenario,
  toSendableTurn,
} from '../../support/random-requests';
import { createService, openEmbeddedStores, type ServiceUnderTest } from '../../support/service-under-test';
import { uuid } from '../../support/session-builder';
import { expectSameBytes } from '../codec/bytes';
import { openRedisStores } from './describe-on-both-stores';

// Each conversation is decided many times, which takes long on a busy machine.
jest.setTimeout(600_000);

const codec = new ProtoTurnCodec();
const views: readonly ResponseView[] = ['BASIC', 'FULL', 'PLAN'];
let conversationCount = 0;

describe.each([
  ['the embedded store', async () => openEmbeddedStores()],
  ['Redis', openRedisStores],
])('5.1: views and explanations of random conversations, on %s', (_store, open) => {
  let service: ServiceUnderTest;
  beforeAll(async () => {
    service = createService(await open());
  });
  afterAll(() => service.close());

  test('every turn has the same bytes in the same view, at once, in a replay and when it is explained', async () => {
    await fc.assert(
      fc.asyncProperty(randomConversation, async (random) => {
        const conversation = await PlayedConversation.play(service, random);
        await conversation.checkReplays();
        await conversation.checkExplanations();
      }),
      // No shrinking, because it would play conversations hundreds of times.
      { numRuns: 12, endOnFailure: true },
    );
  });

  test('after other changes, an explanation is the response of the turn, says that definitions changed, or fails', async () => {
    await fc.assert(
      fc.asyncProperty(randomConversation, oneOf(changes), async (random, change) => {
        const conversation = await PlayedConversation.play(service, random);
        await conversation.checkAfter(change);
      }),
      { numRuns: 12, endOnFailure: true },
    );
  });
});

/** A change of something else than the versions of scenarios. */
type Change = 'a deleted scenario' | 'a relationship' | 'field definitions' | 'settings';
const changes: readonly Change[] = ['a deleted scenario', 'a relationship', 'field definitions', 'settings'];

interface AppliedTurn {
  readonly command: TurnCommand;
  /** The response in the view FULL, as the turn was decided. */
  readonly full: Uint8Array;
  readonly revision: number;
}

/** A conversation in a store, with the response that each turn had, or would have had, in the view FULL. */
class PlayedConversation {
  private readonly applied: AppliedTurn[] = [];
  private turnCount = 0;

  private constructor(
    private readonly ids: { readonly tenantId: string; readonly agentId: string; readonly sessionId: string },
    private readonly useCases: UseCases,
    private readonly otherNode: UseCases,
    /** A node with other settings of the rules. */
    private readonly changedNode: UseCases,
  ) {}

  static async play(service: ServiceUnderTest, random: RandomConversation): Promise<PlayedConversation> {
    conversationCount += 1;
    const ids = {
      tenantId: uuid(1),
      agentId: uuid(1_000 + conversationCount),
      sessionId: uuid(2_000 + conversationCount),
    };
    const { settings } = random;
    const changedSettings = { ...settings, maxLoopCount: 1, startThreshold: 0.7 };
    const conversation = new PlayedConversation(
      ids,
      service.createUseCases(settings),
      service.createUseCases(settings),
      service.createUseCases(changedSettings),
    );
    for (const draft of random.scenarios) await conversation.putScenario(draft);
    for (const relationship of distinct(random.relationships.map(toSendableRelationship).filter(isStorable))) {
      await conversation.useCases.putRelationship({ agent: ids, relationship }, unboundedCall);
    }
    for (const turn of random.turns) await conversation.play(turn);
    return conversation;
  }

  /** Each recorded turn is answered again in every view. */
  async checkReplays(): Promise<void> {
    for (const { command, full } of this.applied) {
      for (const responseView of views) {
        const replay = await this.useCases.processTurn({ ...command, responseView }, unboundedCall);
        expect(replay.replayed).toBe(true);
        expectSameBytes(replay.responseBytes, select(full, responseView));
      }
    }
  }

  /** Each recorded turn is explained by its id or revision, in any order. ListTurns has it in the view BASIC. */
  async checkExplanations(): Promise<void> {
    const recorded = await this.useCases.listTurns({ key: this.ids, afterRevision: 0, pageSize: 500 }, unboundedCall);
    expect(recorded.items.map(({ revision }) => revision)).toEqual(this.applied.map(({ revision }) => revision));
    for (const [index, { command, full, revision }] of [...this.applied.entries()].reverse()) {
      expectSameBytes(recorded.items[index]?.response ?? Buffer.of(), select(full, 'BASIC'));
      const turn = index % 2 === 0 ? { turnId: command.turn.turnId } : { revision };
      const explanation = await this.otherNode.explainTurn({ key: this.ids, turn }, unboundedCall);
      expectSameBytes(explanation.responseBytes, full);
      expect(explanation.definitionsChanged).toBe(false);
    }
  }

  /** Makes a change and explains every turn: exactly, with the mark that definitions have changed, or not at all. */
  async checkAfter(change: Change): Promise<void> {
    const node = change === 'settings' ? this.changedNode : this.useCases;
    await this.makeChange(change);
    for (const { full, revision } of this.applied) {
      const query = { key: this.ids, turn: { revision } };
      const explanation = await node.explainTurn(query, unboundedCall).catch(toNotExplainable);
      if (explanation === undefined) continue;
      expectSameBytes(select(explanation.responseBytes, 'BASIC'), select(full, 'BASIC'));
      if (!explanation.definitionsChanged) expectSameBytes(explanation.responseBytes, full);
    }
  }

  private async makeChange(change: Change): Promise<void> {
    const agent = this.ids;
    const [p, q] = [toScenarioId('p'), toScenarioId('q')];
    const relationship: Relationship = {
      kind: 'EXCLUDES',
      sourceType: 'SCENARIO',
      sourceId: p,
      targetScenarioId: q,
      weight: 0,
      startDependency: false,
    };
    const definitions = [aField({ name: 'a', sources: ['TOOL'] })];
    const makers: Readonly<Record<Change, () => Promise<unknown>>> = {
      'a deleted scenario': () =>
        this.useCases.deleteScenario({ agent, scenarioId: p, expectedVersion: undefined }, unboundedCall),
      'a relationship': () => this.useCases.putRelationship({ agent, relationship }, unboundedCall),
      'field definitions': () =>
        this.useCases.putFields({ agent, definitions, expectedVersion: undefined }, unboundedCall),
      settings: async () => undefined,
    };
    await makers[change]();
  }

  private async play({ draft, view, edit, supersedes, concurrent }: ConversationTurn): Promise<void> {
    if (edit !== undefined) await this.putScenario({ ...edit, priority: 3 + this.turnCount });
    const session = await this.readSession();
    const lastTurnId = supersedes && draft.trigger === 'MESSAGE' ? (session?.lastTurnId ?? '') : '';
    const command = this.createCommand(draft, session, view, lastTurnId);
    if (concurrent !== undefined) return this.playBoth(command, this.createCommand(concurrent, session, 'FULL', ''));
    const preview = await this.preview(command);
    if (preview === undefined) return this.play({ draft, view, edit: undefined, supersedes: false, concurrent });
    const { responseBytes, replayed, result } = await this.useCases.processTurn(command, unboundedCall);
    expect(replayed).toBe(false);
    expectSameBytes(responseBytes, select(preview, view));
    this.applied.push({ command, full: preview, revision: result.revision });
  }

  /** Returns the response in the view FULL that the turn will have; undefined if it cannot supersede the last one. */
  private async preview(command: TurnCommand): Promise<Uint8Array | undefined> {
    const preview = { ...command, validateOnly: true, responseView: 'FULL' } as const;
    try {
      const { responseBytes } = await this.useCases.processTurn(preview, unboundedCall);
      const message = ProcessTurnResponse.decode(responseBytes);
      return ProcessTurnResponse.encode({ ...message, validateOnly: false }).finish();
    } catch (error) {
      if (error instanceof OrchestratorError && error.reason === 'TURN_NOT_SUPERSEDABLE') return undefined;
      throw error;
    }
  }

  /** Two nodes process turns at the same time, so that one of them is decided again on the result of the other. */
  private async playBoth(first: TurnCommand, second: TurnCommand): Promise<void> {
    const commands = [{ ...first, turn: { ...first.turn }, responseView: 'FULL' as const }, second];
    const nodes = [this.useCases, this.otherNode];
    const outcomes = await Promise.all(
      commands.map((command, index) => nodes[index]?.processTurn(command, unboundedCall).catch(toUndefined)),
    );
    const applied = outcomes.flatMap((turn, index): AppliedTurn[] => {
      const command = commands[index];
      if (turn === undefined || command === undefined) return [];
      return [{ command, full: turn.responseBytes, revision: turn.result.revision }];
    });
    this.applied.push(...applied.sort((a, b) => a.revision - b.revision));
  }

  private createCommand(
    draft: ConversationTurn['draft'],
    session: Session | undefined,
    responseView: ResponseView,
    supersedesTurnId: string,
  ): TurnCommand {
    this.turnCount += 1;
    const { occurredAt = 0 } = draft;
    const running = session?.instances ?? [];
    const key = { ...this.ids, turnId: uuid(3_000 + this.turnCount), running, occurredAt };
    const turn: Turn = { ...toSendableTurn(draft, key), supersedesTurnId };
    const requestBytes = ProcessTurnRequest.encode(
      ProcessTurnRequest.fromPartial({ turn: turnToProto(turn) }),
    ).finish();
    return { turn, expectedRevision: undefined, validateOnly: false, responseView, requestBytes };
  }

  private async putScenario(draft: RandomConversation['scenarios'][number]): Promise<void> {
    const command = { agent: this.ids, scenario: toSendableScenario(draft), expectedVersion: undefined };
    await this.useCases.putScenario(command, unboundedCall);
  }

  private async readSession(): Promise<Session | undefined> {
    return this.useCases.getSession(this.ids, unboundedCall).catch(() => undefined);
  }
}

function toNotExplainable(error: unknown): undefined {
  if (error instanceof OrchestratorError && error.reason === 'TURN_NOT_EXPLAINABLE') return undefined;
  throw error;
}

/** A superseding turn fails if the other node was faster. */
function toUndefined(error: unknown): undefined {
  if (error instanceof OrchestratorError && error.reason === 'TURN_NOT_SUPERSEDABLE') return undefined;
  throw error;
}

/** Returns a response of the view FULL in another view, as the contract defines it. */
function select(full: ProcessedTurn['responseBytes'], view: ResponseView): Uint8Array {
  if (view === 'FULL') return full;
  const basic = ProcessTurnResponse.encode(removeExplanation(ProcessTurnResponse.decode(full))).finish();
  return view === 'BASIC' ? basic : codec.selectPlan(basic);
}

/** Whether a relationship can be stored on its own. */
function isStorable(relationship: Relationship): boolean {
  return findRelationshipProblem(relationship, []) === '';
}

function distinct(relationships: readonly Relationship[]): readonly Relationship[] {
  const byKey = new Map(
    relationships.map((each) => [`${each.kind} ${each.sourceType} ${each.sourceId} ${each.targetScenarioId}`, each]),
  );
  return [...byKey.values()];
}
