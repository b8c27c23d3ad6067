import type { Contribution } from '../../src/core/model/contribution';
import { type JsonObject, type JsonValue, jsonEquals } from '../../src/core/model/json';
import type { CandidateVariable, SignalAim, StepOutcome } from '../../src/core/model/turn';
import type { SeededRandom } from '../chaos/seeded-random';
import { pickMistake } from './mistakes';
import type { PolicyCatalogue } from './policy-catalogue';
import type { Reply } from './policy-session';
import type { WriteTool } from './retail-tools';
import { type Identity, introduce } from './stories';
import type { StoryText, Wish } from './story-texts';
import { aimSignal, answer, giveValue, type Message } from './turn-builder';

/** How a customer states what they want. The result must be the same. */
export const manners = ['all at once', 'answers questions', 'corrects a mistake', 'says no first'] as const;
export type Manner = (typeof manners)[number];

/** The scenario that fulfills a wish, and the intent that the upstream services read from it. */
export const scenarioOfTool: Readonly<Record<WriteTool, { readonly name: string; readonly intent: string }>> = {
  cancel_pending_order: { name: 'Cancel order', intent: 'cancel_order' },
  modify_pending_order_address: { name: 'Modify order address', intent: 'modify_order_address' },
  modify_pending_order_payment: { name: 'Modify payment', intent: 'modify_payment' },
  modify_pending_order_items: { name: 'Modify items', intent: 'modify_items' },
  return_delivered_order_items: { name: 'Return items', intent: 'return_items' },
  exchange_delivered_order_items: { name: 'Exchange items', intent: 'exchange_items' },
  modify_user_address: { name: 'Modify user address', intent: 'modify_user_address' },
  transfer_to_human_agents: { name: 'Human agent', intent: 'out_of_scope' },
};

/** POSTPONED: refused, and stated again when the other wishes are settled, because one of them may have been in the way. */
type WishStatus = 'WAITING' | 'STATED' | 'POSTPONED' | 'FULFILLED' | 'REFUSED';

interface TrackedWish extends Wish {
  readonly scenarioId: string;
  status: WishStatus;
  /** Values that the customer gives first and changes later. */
  firstValues: JsonObject;
  /** Whether the customer takes the wish back when asked to confirm. */
  readonly isRegretted: boolean;
  hasSaidNo: boolean;
  canPostpone: boolean;
}

export interface CustomerOptions {
  readonly identity: Identity;
  readonly wishes: readonly Wish[];
  readonly text: StoryText;
  readonly manner: Manner;
  readonly random: SeededRandom;
  /** Whether a wish is already true, so that it makes sense only after another one. */
  readonly isAlreadyTrue: (wish: Wish) => boolean;
}

interface Draft {
  readonly signals: SignalAim[];
  readonly values: CandidateVariable[];
  readonly outcomes: StepOutcome[];
  intent: string;
}

/** Messages without content that a customer sends before they give up. */
const patience = 6;

/**
 * A customer who knows who they are and what they want. They tell all wishes, the next one of the same kind when the one before has ended;
 * answer questions; correct what is wrong; and say yes only to exactly what they want.
 */
export class Customer {
  readonly #wishes: TrackedWish[];
  readonly #authenticationId: string;
  #introductions = 0;
  #idleMessages = 0;

  constructor(
    private readonly policy: PolicyCatalogue,
    private readonly options: CustomerOptions,
  ) {
    const { wishes, manner, random, text } = options;
    this.#authenticationId = policy.getByName('Authentication').scenarioId;
    const track = (
      wish: Wish,
      details: Pick<TrackedWish, 'firstValues' | 'isRegretted' | 'canPostpone'>,
    ): TrackedWish => ({
      ...wish,
      scenarioId: policy.getByName(scenarioOfTool[wish.tool].name).scenarioId,
      status: 'WAITING',
      ...details,
      hasSaidNo: manner !== 'says no first',
    });
    this.#wishes = [
      ...text.refused.map((wish) => track(wish, { firstValues: {}, isRegretted: false, canPostpone: false })),
      ...text.regretted.map((wish) => track(wish, { firstValues: {}, isRegretted: true, canPostpone: false })),
      ...wishes.map((wish) => {
        const first = text.first.find(({ order_id }) => order_id === wish.values['order_id'])?.values ?? {};
        const mistake = manner === 'corrects a mistake' ? pickMistake(wish, random) : {};
        return track(wish, { firstValues: { ...mistake, ...first }, isRegretted: false, canPostpone: true });
      }),
    ];
  }

  /** Whether every wish was fulfilled or refused. */
  get isFinished(): boolean {
    return this.#wishes.every(({ status }) => status === 'FULFILLED' || status === 'REFUSED');
  }

  /** The number of wishes that were refused or taken back. */
  get refusedCount(): number {
    return this.#wishes.filter(({ status }) => status === 'REFUSED').length;
  }

  /** The wishes that were neither fulfilled nor refused. */
  get unanswered(): readonly Wish[] {
    return this.#wishes.filter(({ status }) => status !== 'FULFILLED' && status !== 'REFUSED');
  }

  /** Returns the first message. */
  begin(): Message {
    const draft = createDraft();
    if (this.options.manner !== 'answers questions') this.#introduce(draft);
    if (this.#wishes.length === 0) this.#askForProfile(draft);
    this.#tellWishes(draft);
    return draft;
  }

  /** Returns the next message; undefined if the customer has nothing more to say. */
  next(reply: Reply): Message | undefined {
    const draft = createDraft();
    this.#noteEnds(reply);
    for (const contribution of reply.contributions) this.#react(contribution, draft);
    for (const { actionKey, scenarioId, valuesToConfirm } of reply.confirms) {
      this.#decide(scenarioId, reply.confirms.length === 1 ? '' : actionKey, valuesToConfirm, draft);
    }
    this.#tellWishes(draft);
    const hasContent = draft.signals.length + draft.values.length + draft.outcomes.length > 0;
    this.#idleMessages = hasContent ? 0 : this.#idleMessages + 1;
    const isWaiting = !this.isFinished && this.#idleMessages <= patience;
    return hasContent || isWaiting ? draft : undefined;
  }

  #introduce(draft: Draft): void {
    const wrong = this.#introductions === 0 ? this.options.text.identity : {};
    for (const [name, value] of introduce(this.options.identity, this.#introductions)) {
      draft.values.push(giveValue('', name, wrong[name] ?? value));
    }
    this.#introductions += 1;
  }

  #askForProfile(draft: Draft): void {
    draft.signals.push(aimSignal('START', [this.policy.getByName('Profile information').scenarioId]));
  }

  /** States the wishes whose scenario is free: one of each kind at a time, and a person last. */
  #tellWishes(draft: Draft): void {
    if (!this.#wishes.some(isOpen)) {
      for (const wish of this.#wishes) if (wish.status === 'POSTPONED') wish.status = 'WAITING';
    }
    const open = this.#wishes.filter(isOpen);
    const busy = new Set(open.filter(({ status }) => status === 'STATED').map(({ scenarioId }) => scenarioId));
    const waiting = open.filter(({ status }) => status === 'WAITING');
    const sensible = waiting.filter((wish) => !this.options.isAlreadyTrue(wish));
    for (const wish of sensible.length === 0 && busy.size === 0 ? waiting : sensible) {
      const isLast = wish.tool !== 'transfer_to_human_agents' || open.length === 1;
      if (busy.has(wish.scenarioId) || !isLast) continue;
      busy.add(wish.scenarioId);
      wish.status = 'STATED';
      draft.signals.push(aimSignal('START', [wish.scenarioId]));
      draft.intent ||= scenarioOfTool[wish.tool].intent;
      if (this.options.manner !== 'answers questions') this.#give(wish, Object.keys(wish.values), draft);
    }
  }

  #give(wish: TrackedWish, names: readonly string[], draft: Draft): void {
    for (const name of names) {
      const value = wish.firstValues[name] ?? wish.values[name];
      if (value !== undefined) draft.values.push(giveValue(wish.scenarioId, name, value));
    }
  }

  /** Gives the right value instead of the wrong one. Returns false if there was none. */
  #correct(wish: TrackedWish, draft: Draft): boolean {
    const names = Object.keys(wish.firstValues).filter((name) => wish.values[name] !== undefined);
    wish.firstValues = {};
    this.#give(wish, names, draft);
    return names.length > 0;
  }

  #react(contribution: Contribution, draft: Draft): void {
    if (contribution.type === 'ASK') {
      if (contribution.scenarioId === this.#authenticationId) this.#introduce(draft);
      const wish = this.#findTold(contribution.scenarioId);
      if (wish === undefined) return;
      if (contribution.rejectedValues.length > 0) this.#correct(wish, draft);
      else this.#give(wish, contribution.fieldsToAsk, draft);
    } else if (contribution.type === 'INFORM') {
      const wish = this.#findTold(contribution.scenarioId);
      if (wish === undefined) return;
      if (this.#isSuccess(contribution)) wish.status = 'FULFILLED';
      else if (!this.#correct(wish, draft)) this.#noteRefusal(wish);
    }
  }

  /** A yes to exactly what the customer wants; else the right values, or a no. */
  #decide(scenarioId: string, actionKey: string, shown: ReadonlyMap<string, JsonValue>, draft: Draft): void {
    const wish = this.#findTold(scenarioId);
    if (wish === undefined) {
      draft.outcomes.push(answer('DECLINED', actionKey));
      return;
    }
    const wrong = Object.entries(wish.values).filter(([name, value]) => !jsonEquals(shown.get(name) ?? null, value));
    if (wrong.length > 0) {
      wish.firstValues = {};
      this.#give(
        wish,
        wrong.map(([name]) => name),
        draft,
      );
    } else if (!wish.hasSaidNo || wish.isRegretted) draft.outcomes.push(answer('DECLINED', actionKey));
    else draft.outcomes.push(answer('CONFIRMED', actionKey));
  }

  /** A wish whose instance was canceled or never started has failed, or is stated again after a no. */
  #noteEnds({ last }: Reply): void {
    for (const { scenarioId, action } of last.lifecycleDecisions) {
      const wish = action === 'CANCEL' ? this.#findTold(scenarioId) : undefined;
      if (wish !== undefined) this.#noteRefusal(wish);
    }
    for (const { scenarioId, pendingTurnsLeft, reason } of last.rejectedCandidates) {
      const wish = this.#findTold(scenarioId);
      if (wish !== undefined && pendingTurnsLeft === 0 && reason !== 'ALREADY_ACTIVE') this.#noteRefusal(wish);
    }
  }

  #noteRefusal(wish: TrackedWish): void {
    const hasOthers = this.#wishes.some((other) => other !== wish && isOpen(other));
    if (!wish.hasSaidNo) wish.status = 'WAITING';
    else wish.status = wish.canPostpone && hasOthers ? 'POSTPONED' : 'REFUSED';
    if (wish.status === 'POSTPONED') wish.canPostpone = false;
    wish.hasSaidNo = true;
  }

  #findTold(scenarioId: string): TrackedWish | undefined {
    return this.#wishes.find((wish) => wish.status === 'STATED' && wish.scenarioId === scenarioId);
  }

  #isSuccess({ scenarioId, stepId }: Contribution): boolean {
    const step = this.policy.catalogue.getScenario(scenarioId)?.definition.steps.find((each) => each.stepId === stepId);
    return step?.isTerminal === true && step.ending === 'SUCCEEDED';
  }
}

function createDraft(): Draft {
  return { signals: [], values: [], outcomes: [], intent: '' };
}

function isOpen({ status }: TrackedWish): boolean {
  return status === 'WAITING' || status === 'STATED';
}
