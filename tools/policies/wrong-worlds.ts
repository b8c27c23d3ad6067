import type { JsonObject, JsonValue } from '../../src/core/model/json';
import type { SeededRandom } from '../chaos/seeded-random';
import type { AdversaryOptions } from './adversary';
import type { JudgedWrite } from './conversation-log';
import { scenarioOfTool } from './customer';
import type { PolicyCatalogue } from './policy-catalogue';
import { createRequest, createValues, neededStatus, toIdentity } from './requests';
import { type RetailData, toJson } from './retail-database';
import { orderTools, type WriteTool, writeTools } from './retail-tools';
import type { Identity } from './stories';
import { aimSignal, answer, giveValue, type Message } from './turn-builder';
import { createTwoChanges, isRefused, pickChange, pickVariant } from './wrong-values';

/** A conversation in which one thing is wrong, so that an action must not run. */
export interface World extends AdversaryOptions {
  /** Number of actions that are right: those before the wrong request. */
  readonly allowedWrites: number;
  /** Whether an action is forbidden although it breaks no rule, because the tools gave wrong information. */
  readonly forbids?: (write: JudgedWrite) => boolean;
}

export interface WorldContext {
  readonly data: RetailData;
  readonly policy: PolicyCatalogue;
  readonly random: SeededRandom;
}

/** The kinds of wrong worlds. */
export const worldKinds = [
  'no authentication',
  "another user's order",
  'a second user',
  'wrong status',
  'a second change of the same order',
  'unknown payment method',
  'impossible items',
  'unacceptable reason',
  'yes before the question',
  'no confirmation',
  'a change together with the yes',
  'results of another order',
  'results without a request',
  'a pause while the order changes',
] as const;
export type WorldKind = (typeof worldKinds)[number];

/** Creates a world of a kind. */
export function createWorld(kind: WorldKind, context: WorldContext): World {
  return creators[kind](context);
}

/** Creates a request that nothing is wrong with: its action must run. */
export function createControl({ data, random }: WorldContext): World {
  const { tool, user, values } = createRequest(data, random);
  return { identity: toIdentity(user), requests: [{ tool, values }], allowedWrites: 1 };
}

const creators: Readonly<Record<WorldKind, (context: WorldContext) => World>> = {
  'no authentication'(context) {
    const world = createControl(context);
    const { user_id: userId } = createRequest(context.data, context.random).user;
    const { identity } = world;
    const noUser: Identity = { emails: [], firstName: '', lastName: '', zip: '' };
    const wrong = context.random.pick([
      noUser,
      { emails: ['no-user@example.com'], firstName: '', lastName: '', zip: '' },
      { emails: [], firstName: identity.firstName, lastName: identity.lastName, zip: '00000' },
    ]);
    const claim = new Map<string, JsonValue>([['user_id', userId]]);
    const change = (message: Message): Message => ({
      ...message,
      values: [...(message.values ?? []), giveValue('', 'user_id', userId)],
      sessionVariables: claim,
      customerData: claim,
    });
    return { ...world, identity: wrong, change, allowedWrites: 0 };
  },
  "another user's order"({ data, random }) {
    const own = createRequest(data, random);
    const { tool, values } = createRequest(data, random, { accepts: ({ user_id }) => user_id !== own.user.user_id });
    return { identity: toIdentity(own.user), requests: [{ tool, values }], allowedWrites: 0 };
  },
  'a second user'({ data, random, policy }) {
    const own = createRequest(data, random);
    const other = createRequest(data, random, { accepts: ({ user_id }) => user_id !== own.user.user_id });
    const { scenarioId } = policy.getByName('Authentication');
    const change = (message: Message, index: number): Message =>
      index < 7
        ? message
        : {
            ...message,
            signals: [...(message.signals ?? []), aimSignal('START', [scenarioId])],
            values: [...(message.values ?? []), giveValue('', 'email', other.user.email)],
          };
    return { identity: toIdentity(own.user), requests: [own, other], change, allowedWrites: 1 };
  },
  'wrong status'({ data, random }) {
    const tool = random.pick(orderTools);
    const orders = Object.values(data.orders).filter(({ status }) => status !== neededStatus[tool]);
    for (;;) {
      const order = random.pick(orders);
      const user = data.users[order.user_id];
      const values = user && createValues[tool](order, user, data, random);
      if (user === undefined || values === undefined) continue;
      return {
        identity: toIdentity(user),
        requests: [{ tool, values: { order_id: order.order_id, ...values } }],
        allowedWrites: 0,
      };
    }
  },
  'a second change of the same order'(context) {
    const { first, second, identity } = createTwoChanges(context.data, context.random);
    return { identity, requests: [first, second], allowedWrites: 1 };
  },
  'unknown payment method'({ data, random }) {
    const tools = orderTools.filter(
      (tool) => tool !== 'cancel_pending_order' && tool !== 'modify_pending_order_address',
    );
    const { tool, user, values, order } = createRequest(data, random, { tools });
    const others = Object.values(data.users).filter(({ user_id }) => user_id !== user.user_id);
    const own = Object.values(user.payment_methods).map(({ id }) => id);
    const refused = own.filter((id) => isRefused(data, tool, { ...values, payment_method_id: id }));
    const id = random.pick([
      'gift_card_0000000',
      'cash',
      Object.keys(random.pick(others).payment_methods)[0] ?? 'cash',
      ...(tool === 'modify_pending_order_payment' ? [order.payment_history[0]?.payment_method_id ?? 'cash'] : []),
      ...refused,
      ...refused,
    ]);
    return {
      identity: toIdentity(user),
      requests: [{ tool, values: { ...values, payment_method_id: id } }],
      allowedWrites: 0,
    };
  },
  'impossible items'({ data, random }) {
    const tools = [
      'modify_pending_order_items',
      'exchange_delivered_order_items',
      'return_delivered_order_items',
    ] as const;
    const { tool, user, values, order } = createRequest(data, random, { tools });
    const item = order.items[0]?.item_id ?? '';
    const twice = Array.from({ length: order.items.length + 1 }, () => item);
    const wrong: readonly JsonObject[] =
      tool === 'return_delivered_order_items'
        ? [{ item_ids: ['0000000000'] }, { item_ids: [] }, { item_ids: twice }]
        : [
            { item_ids: ['0000000000'] },
            { item_ids: twice, new_item_ids: twice },
            { new_item_ids: values['item_ids'] ?? [] },
            { new_item_ids: [] },
            { item_ids: [], new_item_ids: [] },
            { new_item_ids: [pickVariant(data, random, order, 'unavailable')] },
            { new_item_ids: [pickVariant(data, random, order, 'other product')] },
          ];
    return {
      identity: toIdentity(user),
      requests: [{ tool, values: { ...values, ...random.pick(wrong) } }],
      allowedWrites: 0,
    };
  },
  'unacceptable reason'({ data, random }) {
    const { tool, user, values } = createRequest(data, random, { tools: ['cancel_pending_order'] });
    const reason = random.pick(['changed my mind', 'too expensive', '', 'no longer needed, or ordered by mistake', 7]);
    return { identity: toIdentity(user), requests: [{ tool, values: { ...values, reason } }], allowedWrites: 0 };
  },
  'yes before the question'(context) {
    const world = createControl(context);
    const scenarioId = findScenarioId(world.requests[0], context);
    const guessedKeys = ['cancel', 'modify', 'return', 'exchange'].flatMap((step) =>
      Array.from({ length: 8 }, (_, visit) => `${scenarioId}#turn-1/${step}/${visit + 1}`),
    );
    const change = (message: Message, index: number): Message => ({
      ...message,
      outcomes: index === 0 ? ['', ...guessedKeys].map((key) => answer('CONFIRMED', key)) : [],
    });
    return { ...world, saysYes: () => false, change, allowedWrites: 0 };
  },
  'no confirmation'(context) {
    const says = context.random.pick(['silence', 'no', 'another topic'] as const);
    const { scenarioId } = context.policy.getByName('Profile information');
    const changes: Readonly<Record<typeof says, (message: Message) => Message>> = {
      silence: (message) => message,
      no: (message) => ({ ...message, outcomes: [answer('DECLINED')] }),
      'another topic': (message) => ({
        ...message,
        signals: [...(message.signals ?? []), aimSignal('START', [scenarioId])],
      }),
    };
    return { ...createControl(context), saysYes: () => false, change: changes[says], allowedWrites: 0 };
  },
  'a change together with the yes'(context) {
    const world = createControl(context);
    const [request] = world.requests;
    const scenarioId = findScenarioId(request, context);
    const changed = pickChange(request?.values ?? {}, context.random);
    let yesKey = '';
    return {
      ...world,
      allowedWrites: 0,
      // The only yes comes with another value. Later messages repeat the key of that confirmation.
      saysYes: () => false,
      change(message, _index, reply) {
        const confirm = reply?.confirms.at(-1);
        if (confirm === undefined) return message;
        if (yesKey !== '') return { ...message, outcomes: [answer('CONFIRMED', yesKey)] };
        yesKey = confirm.actionKey;
        return {
          ...message,
          values: changed.map(([name, value]) => giveValue(scenarioId, name, value)),
          outcomes: [answer('CONFIRMED', context.random.pick(['', yesKey]))],
        };
      },
    };
  },
  'results of another order'(context) {
    const { data, random } = context;
    const world = createControl(context);
    const orderId = world.requests[0]?.values['order_id'] ?? null;
    const order = random.pick(Object.values(data.orders).filter(({ order_id }) => order_id !== orderId));
    const user = random.pick(Object.values(data.users).filter(({ email }) => email !== world.identity.emails[0]));
    return {
      ...world,
      allowedWrites: 0,
      forbids: ({ tool }) => tool !== 'modify_user_address' && tool !== 'transfer_to_human_agents',
      interference: {
        tamper(tool, result) {
          if (tool === 'get_order_details') return toJson(order);
          return tool === 'get_user_details' ? toJson(user) : result;
        },
      },
    };
  },
  'results without a request'(context) {
    const world = createControl(context);
    const results = new Map<string, JsonValue>([
      ['changed_order', { order_id: world.requests[0]?.values['order_id'] ?? null }],
    ]);
    const change = (message: Message): Message => ({
      ...message,
      outcomes: writeTools.map((toolId) => ({
        ...answer('CONFIRMED'),
        kind: 'ACTION_SUCCEEDED' as const,
        toolId,
        results,
      })),
    });
    return { ...world, saysYes: () => false, change, allowedWrites: 0 };
  },
  'a pause while the order changes'(context) {
    const { first, second, identity } = createTwoChanges(context.data, context.random);
    const scenarioId = findScenarioId(first, context);
    // The first request pauses at its confirmation, the second one runs, and then the first one goes on.
    const change = (message: Message, index: number): Message => {
      if (index === 1) return { ...message, outcomes: [], signals: [aimSignal('PAUSE', [scenarioId])] };
      return index === 14 ? { ...message, signals: [aimSignal('CONTINUE', [scenarioId])] } : message;
    };
    return { identity, requests: [first, second, first].flatMap((each) => each ?? []), change, allowedWrites: 1 };
  },
};

function findScenarioId(request: { readonly tool: WriteTool } | undefined, { policy }: WorldContext): string {
  return policy.getByName(scenarioOfTool[request?.tool ?? writeTools[0]].name).scenarioId;
}
