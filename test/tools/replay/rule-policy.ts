import { ContributionType, ScenarioContribution } from '../../../gen/focal/orchestration/v1/contribution';
import {
  LifecycleReason,
  ScenarioLifecycleAction,
  ScenarioLifecycleDecision,
} from '../../../gen/focal/orchestration/v1/lifecycle';
import { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { StepOutcomeKind } from '../../../gen/focal/orchestration/v1/scenario';
import { StepOutcome, Turn } from '../../../gen/focal/orchestration/v1/turn';
import type { Chart } from '../../../tools/replay/chart';
import type { DialogueInputs, SignalInput, TurnInputs } from '../../../tools/replay/dialogue-inputs';
import type { Exchange, PlayedDialogue } from '../../../tools/replay/play-dialogue';
import { toScenarioId } from '../../../tools/replay/replay-ids';

const { CONTRIBUTION_TYPE_ASK, CONTRIBUTION_TYPE_CONFIRM, CONTRIBUTION_TYPE_ACTION_HINT, CONTRIBUTION_TYPE_INFORM } =
  ContributionType;
const Action = ScenarioLifecycleAction;

/** An instance of a scenario. */
interface PolicyInstance {
  readonly chart: Chart;
  readonly instanceId: string;
  isPaused: boolean;
  isConfirmationAsked: boolean;
  hasFailed: boolean;
  isDelivered: boolean;
}

/** The fault of a broken policy. The README of the data has figures for each fault. */
export type PolicyFault = 'none' | 'never confirms' | 'one scenario per turn';

/**
 * A small rule policy that reads only the inputs: it asks for missing required fields, confirms, acts and informs (README of the data,
 * 'What is attainable'). It does not use the service. Its figures verify the scoring, because the README states the expected figures.
 */
export class RulePolicy {
  private readonly known = new Map<string, string>();
  private readonly instances = new Map<string, PolicyInstance>();
  private startedCount = 0;

  constructor(
    private readonly charts: ReadonlyMap<string, Chart>,
    private readonly fault: PolicyFault = 'none',
  ) {}

  /** Plays a dialogue without a service. The responses contain the decisions of the policy. */
  play(inputs: DialogueInputs): PlayedDialogue {
    const turns = inputs.turns.map((turn) => ({ inputs: turn, exchanges: [this.decide(turn)] }));
    const closing = toExchange({
      lifecycleDecisions: [...this.instances.values()].flatMap((instance) => this.end(instance, true)),
    });
    return { inputs, turns, closing };
  }

  private decide(turn: TurnInputs): Exchange {
    const { inputs } = turn;
    const changed = this.storeFacts(turn);
    const active = inputs.signals.filter(({ signal }) => signal === 'start' || signal === 'continue');
    const lifecycleDecisions = [
      ...this.leave(turn, active),
      ...active.flatMap((signal) => this.startOrContinue(signal)),
    ];
    if (inputs.session_signal === 'exit') return toExchange({ lifecycleDecisions });
    const selected = this.fault === 'one scenario per turn' ? active.slice(0, 1) : active;
    const contributions = selected.flatMap((signal) => this.act(signal, changed, turn));
    return toExchange({ lifecycleDecisions, contributions, confirmedIds: this.getConfirmedInstances(selected) });
  }

  private storeFacts({ inputs }: TurnInputs): ReadonlySet<string> {
    const changed = new Set<string>();
    for (const { field_id, value } of inputs.facts) {
      if (this.known.get(field_id) !== value) changed.add(field_id);
      this.known.set(field_id, value);
    }
    return changed;
  }

  /** Ends or pauses the instances that the customer leaves: finished instances complete, others pause. */
  private leave({ inputs }: TurnInputs, active: readonly SignalInput[]): ScenarioLifecycleDecision[] {
    const named = new Set(active.map(({ scenario_id }) => scenario_id));
    const left = inputs.signals.filter(({ signal }) => signal === 'exit' || signal === 'cancel');
    return [...this.instances].flatMap(([id, instance]) => {
      if (left.some(({ scenario_id }) => scenario_id === id)) return this.end(instance, instance.isDelivered, true);
      if (active.some(({ scenario_id, signal }) => scenario_id === id && signal === 'start')) {
        return this.end(instance, instance.isDelivered, true);
      }
      if (active.length === 0 || named.has(id) || instance.isPaused) return [];
      if (instance.isDelivered) return this.end(instance, true);
      instance.isPaused = true;
      return [toDecision(instance, Action.SCENARIO_LIFECYCLE_ACTION_PAUSE)];
    });
  }

  private end(instance: PolicyInstance, isComplete: boolean, isForced = false): ScenarioLifecycleDecision[] {
    if (!isForced && !instance.isDelivered) return [];
    this.instances.delete(instance.chart.scenario_id);
    const { SCENARIO_LIFECYCLE_ACTION_COMPLETE, SCENARIO_LIFECYCLE_ACTION_CANCEL } = Action;
    return [toDecision(instance, isComplete ? SCENARIO_LIFECYCLE_ACTION_COMPLETE : SCENARIO_LIFECYCLE_ACTION_CANCEL)];
  }

  private startOrContinue({ scenario_id }: SignalInput): ScenarioLifecycleDecision[] {
    const instance = this.instances.get(scenario_id);
    if (instance === undefined) {
      const chart = this.charts.get(scenario_id);
      if (chart === undefined) throw new Error(`There is no scenario ${scenario_id}.`);
      this.startedCount += 1;
      const instanceId = `${this.startedCount}`;
      const next = {
        chart,
        instanceId,
        isPaused: false,
        isConfirmationAsked: false,
        hasFailed: false,
        isDelivered: false,
      };
      this.instances.set(scenario_id, next);
      return [toDecision(next, Action.SCENARIO_LIFECYCLE_ACTION_START)];
    }
    const resumed = instance.isPaused;
    instance.isPaused = false;
    return [toDecision(instance, Action.SCENARIO_LIFECYCLE_ACTION_CONTINUE, resumed)];
  }

  private act(signal: SignalInput, changed: ReadonlySet<string>, turn: TurnInputs): ScenarioContribution[] {
    const instance = this.instances.get(signal.scenario_id);
    if (instance === undefined) return [];
    const missing = instance.chart.fields.filter(({ field_id, required }) => required && !this.known.has(field_id));
    if (!instance.isDelivered && missing.length > 0) {
      return [
        toContribution(instance, CONTRIBUTION_TYPE_ASK, { fieldsToAsk: missing.map(({ field_id }) => field_id) }),
      ];
    }
    if (signal.requested_fields.length > 0 && instance.isDelivered)
      return [toContribution(instance, CONTRIBUTION_TYPE_INFORM)];
    const hasNewValue = !signal.selected_offer && instance.chart.fields.some(({ field_id }) => changed.has(field_id));
    if (instance.chart.transactional) return this.transact(instance, signal, turn);
    if (!instance.isDelivered || hasNewValue) return this.executeTool(instance, turn);
    const isStar = instance.chart.source.dataset === 'star';
    return isStar || signal.wants_alternatives ? [toContribution(instance, CONTRIBUTION_TYPE_INFORM)] : [];
  }

  private getConfirmedInstances(active: readonly SignalInput[]): readonly string[] {
    return active.flatMap(({ scenario_id, confirmation }) => {
      const instance = this.instances.get(scenario_id);
      return instance?.isConfirmationAsked && confirmation === 'yes' ? [instance.instanceId] : [];
    });
  }

  private transact(instance: PolicyInstance, signal: SignalInput, turn: TurnInputs): ScenarioContribution[] {
    if (instance.isDelivered) return [];
    const isConfirmed = signal.confirmation === 'yes' && (instance.isConfirmationAsked || instance.hasFailed);
    if (isConfirmed || this.fault === 'never confirms') return this.executeTool(instance, turn);
    instance.isConfirmationAsked = true;
    return [toContribution(instance, CONTRIBUTION_TYPE_CONFIRM)];
  }

  private executeTool(instance: PolicyInstance, { tool_outcomes }: TurnInputs): ScenarioContribution[] {
    const outcome = tool_outcomes.find(({ scenario_id }) => scenario_id === instance.chart.scenario_id);
    instance.hasFailed = outcome?.status === 'failure';
    instance.isDelivered = !instance.hasFailed;
    const tools = instance.chart.steps.flatMap((step) => step.tools).map((toolId) => ({ toolId }));
    return [
      toContribution(instance, CONTRIBUTION_TYPE_ACTION_HINT, { tools }),
      toContribution(instance, CONTRIBUTION_TYPE_INFORM),
    ];
  }
}

interface PolicyDecisions {
  readonly lifecycleDecisions: ScenarioLifecycleDecision[];
  readonly contributions?: ScenarioContribution[];
  readonly confirmedIds?: readonly string[];
}

function toExchange({ lifecycleDecisions, contributions = [], confirmedIds = [] }: PolicyDecisions): Exchange {
  const kind = StepOutcomeKind.STEP_OUTCOME_KIND_CONFIRMED;
  const response = ProcessTurnResponse.fromPartial({ lifecycleDecisions, plan: { contributions } });
  const stepOutcomes = confirmedIds.map((instanceId) => StepOutcome.fromPartial({ instanceId, kind }));
  return { request: Turn.fromPartial({ stepOutcomes }), response };
}

function toContribution(
  { instanceId, chart }: PolicyInstance,
  type: ContributionType,
  parts: { readonly fieldsToAsk?: string[]; readonly tools?: { readonly toolId: string }[] } = {},
): ScenarioContribution {
  const scenarioId = toScenarioId(chart.scenario_id);
  return ScenarioContribution.fromPartial({ ...parts, type, instanceId, scenarioId });
}

function toDecision(
  instance: PolicyInstance,
  action: ScenarioLifecycleAction,
  resumed = false,
): ScenarioLifecycleDecision {
  const scenarioId = toScenarioId(instance.chart.scenario_id);
  const reason = LifecycleReason.LIFECYCLE_REASON_UNSPECIFIED;
  return ScenarioLifecycleDecision.fromPartial({
    scenarioId,
    instanceId: instance.instanceId,
    action,
    resumed,
    reason,
  });
}
