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
import type { Exchange, PlayedDialogue } from '../../../tools/replay/played-dialogue';
import { scenarioUuid } from '../../../tools/replay/replay-ids';

const { CONTRIBUTION_TYPE_ASK, CONTRIBUTION_TYPE_CONFIRM, CONTRIBUTION_TYPE_ACTION_HINT, CONTRIBUTION_TYPE_INFORM } =
  ContributionType;
const Action = ScenarioLifecycleAction;

/** What the policy keeps of one run of a scenario. */
interface Run {
  readonly chart: Chart;
  readonly instanceId: string;
  paused: boolean;
  asked: boolean;
  failed: boolean;
  delivered: boolean;
}

/** What a broken policy does wrong: the data's README gives figures of such, too. */
export type PolicyFault = 'none' | 'never confirms' | 'one scenario a turn';

/**
 * A small rule policy that reads the inputs only: "ask the missing required fields, confirm, act, inform" (the data's README, 'What is
 * attainable'). It knows nothing of the service; its figures prove the scoring, since the README gives those of such a policy.
 */
export class RulePolicy {
  private readonly known = new Map<string, string>();
  private readonly runs = new Map<string, Run>();
  private started = 0;

  constructor(
    private readonly charts: ReadonlyMap<string, Chart>,
    private readonly fault: PolicyFault = 'none',
  ) {}

  /** Plays a dialogue without a service: its "answers" are what the policy says. */
  play(inputs: DialogueInputs): PlayedDialogue {
    const turns = inputs.turns.map((turn) => ({ inputs: turn, exchanges: [this.decide(turn)] }));
    const closing = exchange({ lifecycleDecisions: [...this.runs.values()].flatMap((run) => this.end(run, true)) });
    return { inputs, turns, closing };
  }

  private decide(turn: TurnInputs): Exchange {
    const { inputs } = turn;
    const changed = this.learn(turn);
    const live = inputs.signals.filter(({ signal }) => signal === 'start' || signal === 'continue');
    const lifecycleDecisions = [...this.leave(turn, live), ...live.flatMap((signal) => this.enter(signal))];
    if (inputs.session_signal === 'exit') return exchange({ lifecycleDecisions });
    const served = this.fault === 'one scenario a turn' ? live.slice(0, 1) : live;
    const contributions = served.flatMap((signal) => this.act(signal, changed, turn));
    return exchange({ lifecycleDecisions, contributions, confirmed: this.confirmedBy(served) });
  }

  private learn({ inputs }: TurnInputs): ReadonlySet<string> {
    const changed = new Set<string>();
    for (const { field_id, value } of inputs.facts) {
      if (this.known.get(field_id) !== value) changed.add(field_id);
      this.known.set(field_id, value);
    }
    return changed;
  }

  /** What is left for others ends when it is done, and is paused when it is not. */
  private leave({ inputs }: TurnInputs, live: readonly SignalInput[]): ScenarioLifecycleDecision[] {
    const named = new Set(live.map(({ scenario_id }) => scenario_id));
    const gone = inputs.signals.filter(({ signal }) => signal === 'exit' || signal === 'cancel');
    return [...this.runs].flatMap(([id, run]) => {
      if (gone.some(({ scenario_id }) => scenario_id === id)) return this.end(run, run.delivered, true);
      if (live.some(({ scenario_id, signal }) => scenario_id === id && signal === 'start')) {
        return this.end(run, run.delivered, true);
      }
      if (live.length === 0 || named.has(id) || run.paused) return [];
      if (run.delivered) return this.end(run, true);
      run.paused = true;
      return [decision(run, Action.SCENARIO_LIFECYCLE_ACTION_PAUSE)];
    });
  }

  private end(run: Run, complete: boolean, always = false): ScenarioLifecycleDecision[] {
    if (!always && !run.delivered) return [];
    this.runs.delete(run.chart.scenario_id);
    const { SCENARIO_LIFECYCLE_ACTION_COMPLETE, SCENARIO_LIFECYCLE_ACTION_CANCEL } = Action;
    return [decision(run, complete ? SCENARIO_LIFECYCLE_ACTION_COMPLETE : SCENARIO_LIFECYCLE_ACTION_CANCEL)];
  }

  private enter({ scenario_id }: SignalInput): ScenarioLifecycleDecision[] {
    const run = this.runs.get(scenario_id);
    if (run === undefined) {
      const chart = this.charts.get(scenario_id);
      if (chart === undefined) throw new Error(`no scenario ${scenario_id}`);
      this.started += 1;
      const instanceId = `${this.started}`;
      const next = { chart, instanceId, paused: false, asked: false, failed: false, delivered: false };
      this.runs.set(scenario_id, next);
      return [decision(next, Action.SCENARIO_LIFECYCLE_ACTION_START)];
    }
    const resumed = run.paused;
    run.paused = false;
    return [decision(run, Action.SCENARIO_LIFECYCLE_ACTION_CONTINUE, resumed)];
  }

  private act(signal: SignalInput, changed: ReadonlySet<string>, turn: TurnInputs): ScenarioContribution[] {
    const run = this.runs.get(signal.scenario_id);
    if (run === undefined) return [];
    const missing = run.chart.fields.filter(({ field_id, required }) => required && !this.known.has(field_id));
    if (!run.delivered && missing.length > 0) {
      return [contribution(run, CONTRIBUTION_TYPE_ASK, { fieldsToAsk: missing.map(({ field_id }) => field_id) })];
    }
    if (signal.requested_fields.length > 0 && run.delivered) return [contribution(run, CONTRIBUTION_TYPE_INFORM)];
    const news = !signal.selected_offer && run.chart.fields.some(({ field_id }) => changed.has(field_id));
    if (run.chart.transactional) return this.transact(run, signal, turn);
    if (!run.delivered || news) return this.run(run, turn);
    const star = run.chart.source.dataset === 'star';
    return star || signal.wants_alternatives ? [contribution(run, CONTRIBUTION_TYPE_INFORM)] : [];
  }

  private confirmedBy(live: readonly SignalInput[]): readonly string[] {
    return live.flatMap(({ scenario_id, confirmation }) => {
      const run = this.runs.get(scenario_id);
      return run?.asked && confirmation === 'yes' ? [run.instanceId] : [];
    });
  }

  private transact(run: Run, signal: SignalInput, turn: TurnInputs): ScenarioContribution[] {
    if (run.delivered) return [];
    const confirmed = signal.confirmation === 'yes' && (run.asked || run.failed);
    if (confirmed || this.fault === 'never confirms') return this.run(run, turn);
    run.asked = true;
    return [contribution(run, CONTRIBUTION_TYPE_CONFIRM)];
  }

  private run(run: Run, { tool_outcomes }: TurnInputs): ScenarioContribution[] {
    const outcome = tool_outcomes.find(({ scenario_id }) => scenario_id === run.chart.scenario_id);
    run.failed = outcome?.status === 'failure';
    run.delivered = !run.failed;
    const tools = run.chart.steps.flatMap((step) => step.tools).map((toolId) => ({ toolId }));
    return [contribution(run, CONTRIBUTION_TYPE_ACTION_HINT, { tools }), contribution(run, CONTRIBUTION_TYPE_INFORM)];
  }
}

interface Decided {
  readonly lifecycleDecisions: ScenarioLifecycleDecision[];
  readonly contributions?: ScenarioContribution[];
  /** Instances that the message confirms. */
  readonly confirmed?: readonly string[];
}

function exchange({ lifecycleDecisions, contributions = [], confirmed = [] }: Decided): Exchange {
  const kind = StepOutcomeKind.STEP_OUTCOME_KIND_CONFIRMED;
  const response = ProcessTurnResponse.fromPartial({ lifecycleDecisions, plan: { contributions } });
  const stepOutcomes = confirmed.map((instanceId) => StepOutcome.fromPartial({ instanceId, kind }));
  return { request: Turn.fromPartial({ stepOutcomes }), response };
}

function contribution(
  { instanceId, chart }: Run,
  type: ContributionType,
  parts: { readonly fieldsToAsk?: string[]; readonly tools?: { readonly toolId: string }[] } = {},
): ScenarioContribution {
  const scenarioId = scenarioUuid(chart.scenario_id);
  return ScenarioContribution.fromPartial({ ...parts, type, instanceId, scenarioId });
}

function decision(run: Run, action: ScenarioLifecycleAction, resumed = false): ScenarioLifecycleDecision {
  const scenarioId = scenarioUuid(run.chart.scenario_id);
  const reason = LifecycleReason.LIFECYCLE_REASON_UNSPECIFIED;
  return ScenarioLifecycleDecision.fromPartial({ scenarioId, instanceId: run.instanceId, action, resumed, reason });
}
