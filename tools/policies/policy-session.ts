import { decideTurn, type TurnDecision } from '../../src/core/decide-turn';
import type { ConfirmContribution, Contribution } from '../../src/core/model/contribution';
import type { JsonObject, JsonValue } from '../../src/core/model/json';
import { viewInstanceData } from '../../src/core/model/known-data';
import type { ModelProposal } from '../../src/core/model/model-proposal';
import { createEmptySession, type ScenarioInstance, type Session } from '../../src/core/model/session';
import { defaultSettings } from '../../src/core/model/settings';
import type { StepOutcome, Turn } from '../../src/core/model/turn';
import type { PolicyCatalogue } from './policy-catalogue';
import type { RetailDatabase } from './retail-database';
import { isToolName, isWriteTool, runTool, ToolError, type ToolName, type WriteTool } from './retail-tools';
import { listArguments, returnsList } from './tool-arguments';
import { buildTurn, type Message, noFieldValues } from './turn-builder';

/** What the customer hears after a message, when all tools have run. */
export interface Reply {
  /** In the order of the plans. Without requests that a later plan of the exchange closed. */
  readonly contributions: readonly Contribution[];
  /** The confirmations among them, the one that was put last at the end. */
  readonly confirms: readonly ConfirmContribution[];
  readonly last: TurnDecision['result'];
}

/** A call of a tool that changes something, before it runs. */
export interface WriteAttempt {
  readonly tool: WriteTool;
  readonly args: JsonObject;
  readonly actionKey: string;
  /** Position among the events of the conversation. */
  readonly at: number;
}

/** What the session reports while it plays. */
export interface SessionObserver {
  onConfirmShown(confirm: ConfirmContribution, at: number): void;
  onWrite(attempt: WriteAttempt): void;
  onResult(tool: ToolName, result: JsonValue): void;
}

/** Changes what reaches the rules: a wrong result of a tool, or the proposal of a model. */
export interface Interference {
  readonly tamper?: (tool: ToolName, result: JsonValue) => JsonValue;
  readonly propose?: (session: Session, turn: Turn) => { readonly turn: Turn; readonly proposal: ModelProposal };
}

interface QueuedTool {
  readonly instanceId: string;
  readonly actionKey: string;
  readonly toolId: string;
  readonly variableName: string;
}

const maxToolRuns = 40;

/** Plays one conversation through the rules, and runs the tools that the plans hint at, one at a time. */
export class PolicySession {
  session: Session = createEmptySession({ tenantId: 'tenant', agentId: 'agent', sessionId: 'session' });
  /** Number of turns that were decided. */
  turnCount = 0;
  #events = 0;
  #queue: QueuedTool[] = [];
  readonly #succeeded = new Set<string>();

  constructor(
    private readonly policy: PolicyCatalogue,
    readonly database: RetailDatabase,
    private readonly observer: SessionObserver,
    private readonly interference: Interference = {},
  ) {}

  /** Returns the position of a new event of the conversation. */
  nextEvent(): number {
    this.#events += 1;
    return this.#events;
  }

  /** Sends a message, then the result of each tool that the plans hint at, until none is left. */
  say(message: Message): Reply {
    const contributions: Contribution[] = [];
    let last = this.#decide(buildTurn('MESSAGE', message), contributions);
    for (let runs = 0; runs < maxToolRuns; runs += 1) {
      const tool = this.#queue.shift();
      if (tool === undefined) break;
      const outcome = this.#run(tool);
      if (outcome !== undefined) last = this.#decide(buildTurn('TOOL_RESULTS', { outcomes: [outcome] }), contributions);
    }
    const open = new Set(last.plan.openRequests.map(({ request: { kind, actionKey } }) => `${kind} ${actionKey}`));
    const confirms = contributions.filter(isConfirm).filter(({ actionKey }) => open.has(`CONFIRM ${actionKey}`));
    const kept = contributions.filter((each) => !isConfirm(each) || confirms.includes(each));
    for (const confirm of confirms) this.observer.onConfirmShown(confirm, this.nextEvent());
    return { contributions: kept, confirms, last };
  }

  /** Returns a value that the instance knows; null if it knows none. */
  readKnown(instance: ScenarioInstance, name: string): JsonValue {
    const scenario = this.policy.catalogue.getScenario(instance.scenarioId);
    const { variables, heldValues } = instance;
    const known = viewInstanceData(
      variables,
      this.session.variables,
      noFieldValues,
      new Set(scenario?.definition.localFields),
    );
    return heldValues.get(name) ?? known.get(name) ?? null;
  }

  #decide(built: Turn, contributions: Contribution[]): TurnDecision['result'] {
    this.turnCount += 1;
    const turnId = `turn-${this.turnCount}`;
    const numbered = { ...built, turnId, occurredAt: this.turnCount * 1_000 };
    const { turn = numbered, proposal } = this.interference.propose?.(this.session, numbered) ?? {};
    const { result, session } = decideTurn({
      session: this.session,
      turn,
      catalogue: this.policy.catalogue,
      settings: defaultSettings,
      getNewInstanceId: (scenarioId) => `${scenarioId}#${turnId}`,
      proposal,
    });
    this.session = session;
    for (const contribution of result.plan.contributions) {
      if (contribution.deferred || contribution.type === 'NONE') continue;
      contributions.push(contribution);
      if (contribution.type === 'ACTION_HINT') this.#enqueue(contribution);
    }
    return result;
  }

  #enqueue({ instanceId, actionKey, tools }: Extract<Contribution, { type: 'ACTION_HINT' }>): void {
    for (const { toolId, variableNames } of tools) {
      const isKnown =
        this.#succeeded.has(`${actionKey} ${toolId}`) ||
        this.#queue.some((queued) => queued.actionKey === actionKey && queued.toolId === toolId);
      if (!isKnown) this.#queue.push({ instanceId, actionKey, toolId, variableName: variableNames[0] ?? '' });
    }
  }

  #run({ instanceId, actionKey, toolId, variableName }: QueuedTool): StepOutcome | undefined {
    const instance = this.session.instances.find((each) => each.instanceId === instanceId);
    const isOpen = instance?.requests.some(
      (request) => request.kind === 'ACTION' && request.actionKey === actionKey && request.status === 'OPEN',
    );
    if (instance === undefined || isOpen !== true) return undefined;
    if (!isToolName(toolId))
      throw new Error(`The policy uses the tool ${JSON.stringify(toolId)}, which does not exist.`);
    const result = this.#call(toolId, instance, actionKey);
    const outcome = { instanceId, stepId: '', actionKey, toolId };
    if (result === undefined) return { ...outcome, kind: 'ACTION_FAILED', results: noFieldValues };
    this.#succeeded.add(`${actionKey} ${toolId}`);
    const results = variableName === '' ? noFieldValues : new Map([[variableName, result]]);
    return { ...outcome, kind: 'ACTION_SUCCEEDED', results };
  }

  /** Runs a tool. Returns undefined if it refuses. */
  #call(tool: ToolName, instance: ScenarioInstance, actionKey: string): JsonValue | undefined {
    const calls = listArguments(tool, (name) => this.readKnown(instance, name));
    const results: JsonValue[] = [];
    for (const args of calls) {
      if (isWriteTool(tool)) this.observer.onWrite({ tool, args, actionKey, at: this.nextEvent() });
      try {
        const result = runTool(tool, this.database, args);
        this.observer.onResult(tool, result);
        results.push(this.interference.tamper?.(tool, result) ?? result);
      } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        return undefined;
      }
    }
    return returnsList(tool) ? results : results[0];
  }
}

function isConfirm(contribution: Contribution): contribution is ConfirmContribution {
  return contribution.type === 'CONFIRM' && contribution.confirmKind === 'STEP';
}
