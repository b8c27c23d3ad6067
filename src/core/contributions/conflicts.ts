import type { AskContribution, ConfirmContribution, Contribution } from '../model/contribution';
import type { OrchestrationSettings } from '../model/settings';
import type { DraftContribution } from './contribution-draft';
import { changeType } from './contribution-source';

type Limits = Pick<OrchestrationSettings, 'maxConfirmsPerTurn' | 'maxFieldsToAskPerTurn'>;

/**
 * Resolves conflicts between contributions (4.2). The drafts are in plan order, so the higher priority wins. Each field is asked for once, and
 * an ASK without remaining fields becomes a NONE. Contributions and fields above `max_confirms_per_turn` and `max_fields_to_ask_per_turn` are
 * deferred, as is an ASK for a field that is local to one of two scenarios.
 */
export function resolveConflicts(drafts: readonly DraftContribution[], limits: Limits): readonly DraftContribution[] {
  const resolver = new ConflictResolver(limits);
  return drafts.map((draft) => {
    const contribution = resolver.resolve(draft);
    return contribution === draft.contribution ? draft : { ...draft, contribution };
  });
}

const noFields: readonly string[] = [];

/** A scenario that asks for a field in this plan. */
interface Asker {
  readonly scenarioId: string;
  readonly localFields: ReadonlySet<string>;
}

/** Resolves contributions in plan order and tracks the fields and confirmations of earlier contributions. */
class ConflictResolver {
  private readonly askers = new Map<string, Asker>();
  private lastAskScenarioId = '';
  private confirmCount = 0;
  private lastConfirmScenarioId = '';

  constructor(private readonly limits: Limits) {}

  resolve({ contribution, localFields }: DraftContribution): Contribution {
    switch (contribution.type) {
      case 'CONFIRM':
        return this.resolveConfirm(contribution);
      case 'ASK':
        return this.resolveAsk(contribution, localFields);
      case 'ACTION_HINT':
      case 'INFORM':
      case 'NONE':
        return contribution;
    }
  }

  private resolveConfirm(confirm: ConfirmContribution): Contribution {
    const { scenarioId, choices } = confirm;
    const [onlyChoice, ...otherChoices] = choices;
    // The customer answers a CHOICE between several scenarios by naming one, so it does not count (1.5).
    if (otherChoices.length > 0) return confirm;
    if (this.confirmCount >= this.limits.maxConfirmsPerTurn) return defer(confirm, this.lastConfirmScenarioId);
    this.confirmCount += 1;
    this.lastConfirmScenarioId = onlyChoice?.scenarioId ?? scenarioId;
    return confirm;
  }

  private resolveAsk(ask: AskContribution, localFields: ReadonlySet<string>): Contribution {
    const { askers } = this;
    const rival = this.findLocalRival(ask, localFields);
    if (rival) return deferAsk(ask, rival.scenarioId);
    const ownFields = ask.fieldsToAsk.filter((field) => !askers.has(field));
    const sharedFields =
      ownFields.length === ask.fieldsToAsk.length ? noFields : ask.fieldsToAsk.filter((field) => askers.has(field));
    if (ownFields.length === 0) return changeType(ask, 'NONE', { sharedFields, waitsFor: 'ANSWER' as const });
    const { maxFieldsToAskPerTurn } = this.limits;
    const available = maxFieldsToAskPerTurn === 0 ? ownFields.length : Math.max(0, maxFieldsToAskPerTurn - askers.size);
    if (available === 0) return deferAsk(ask, this.lastAskScenarioId);
    const { scenarioId } = ask;
    const rivalId = this.lastAskScenarioId || scenarioId;
    const asksAll = sharedFields.length === 0 && ownFields.length <= available;
    const resolved = asksAll ? ask : splitAsk(ask, { ownFields, sharedFields, limit: available, rivalId });
    const asker: Asker = { scenarioId, localFields };
    for (const field of resolved.fieldsToAsk) askers.set(field, asker);
    this.lastAskScenarioId = scenarioId;
    return resolved;
  }

  /** Finds the scenario that already asks for a field which is local to it or to this scenario: one answer cannot serve both (0.4). */
  private findLocalRival({ fieldsToAsk }: AskContribution, localFields: ReadonlySet<string>): Asker | undefined {
    for (const field of fieldsToAsk) {
      const asker = this.askers.get(field);
      if (asker && (localFields.has(field) || asker.localFields.has(field))) return asker;
    }
    return undefined;
  }
}

/** Keeps the first `limit` fields that no earlier contribution asks for, and defers the rest. */
function splitAsk(
  ask: AskContribution,
  {
    ownFields,
    sharedFields,
    limit,
    rivalId,
  }: {
    readonly ownFields: readonly string[];
    readonly sharedFields: readonly string[];
    readonly limit: number;
    /** The scenario that the deferred fields wait for: the last one that asks before this scenario, or else this scenario. */
    readonly rivalId: string;
  },
): AskContribution {
  const fieldsToAsk = ownFields.slice(0, limit);
  const deferredFields = ownFields.slice(limit);
  return {
    ...ask,
    sharedFields,
    fieldsToAsk,
    deferredFields,
    deferredBehindScenarioId: deferredFields.length > 0 ? rivalId : '',
    knownValues: new Map([...ask.knownValues].filter(([field]) => fieldsToAsk.includes(field))),
  };
}

/** Defers a whole ASK. It is not put, so none of its fields counts as asked, not even one that another scenario asks for. */
function deferAsk(ask: AskContribution, deferredBehindScenarioId: string): AskContribution {
  const deferred = defer(ask, deferredBehindScenarioId);
  return { ...deferred, fieldsToAsk: [], deferredFields: ask.fieldsToAsk, knownValues: new Map() };
}

function defer<C extends Contribution>(contribution: C, deferredBehindScenarioId: string): C {
  return { ...contribution, deferred: true, deferredBehindScenarioId };
}
