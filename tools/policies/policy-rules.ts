import { isJsonArray, type JsonObject, type JsonValue, jsonEquals } from '../../src/core/model/json';
import type { WriteAttempt } from './policy-session';
import type { Order, RetailDatabase } from './retail-database';
import { comparePrices, covers, hasItems, ToolError, type WriteTool } from './retail-tools';

// The rules of policy.md, as a judge of what was done. Written from the text, independently of the scenarios.

/** A rule of the policy that an action can break. */
export type PolicyRule =
  | 'AUTHENTICATED'
  | 'ONE_USER'
  | 'CONFIRMED'
  | 'OWNER'
  | 'STATUS'
  | 'REASON'
  | 'ITEMS'
  | 'NEW_ITEMS'
  | 'PAYMENT'
  | 'SCOPE';

/** What happened in the conversation before an action. */
export interface Evidence {
  /** The users that the tools found, in order. */
  readonly foundUserIds: readonly string[];
  /** The confirmations that the customer saw. */
  readonly shown: readonly {
    readonly actionKey: string;
    readonly values: ReadonlyMap<string, JsonValue>;
    readonly at: number;
  }[];
  /** When the customer said yes, and to what. */
  readonly yes: readonly { readonly actionKey: string; readonly at: number }[];
  /** Whether the customer asked for something that is out of scope. */
  readonly isOutOfScope: boolean;
}

type RuleCheck = (attempt: WriteAttempt, database: RetailDatabase) => readonly PolicyRule[];

const ownRules: Readonly<Record<WriteTool, RuleCheck>> = {
  cancel_pending_order: ({ args }, database) => [
    ...checkStatus(args, database, 'pending'),
    ...(['no longer needed', 'ordered by mistake'].includes(toText(args, 'reason')) ? [] : ['REASON' as const]),
  ],
  modify_pending_order_address: ({ args }, database) => checkStatus(args, database, 'pending'),
  modify_pending_order_payment: ({ args }, database) => [
    ...checkStatus(args, database, 'pending'),
    ...checkNewPayment(args, database),
  ],
  modify_pending_order_items: ({ args }, database) => [
    ...checkStatus(args, database, 'pending'),
    ...checkNewItems(args, database),
  ],
  return_delivered_order_items: ({ args }, database) => [
    ...checkStatus(args, database, 'delivered'),
    ...checkReturn(args, database),
  ],
  exchange_delivered_order_items: ({ args }, database) => [
    ...checkStatus(args, database, 'delivered'),
    ...checkNewItems(args, database),
  ],
  modify_user_address: () => [],
  transfer_to_human_agents: () => [],
};

/** Returns the rules that an action breaks. `database` is that before the action. */
export function findViolations(
  attempt: WriteAttempt,
  evidence: Evidence,
  database: RetailDatabase,
): readonly PolicyRule[] {
  const { tool, args } = attempt;
  const users = new Set(evidence.foundUserIds);
  const [userId] = evidence.foundUserIds;
  const isTransfer = tool === 'transfer_to_human_agents';
  return [
    ...(userId === undefined ? ['AUTHENTICATED' as const] : []),
    ...(users.size > 1 ? ['ONE_USER' as const] : []),
    ...(isTransfer || getOwner(args, database) === userId ? [] : ['OWNER' as const]),
    ...(isTransfer || isConfirmed(attempt, evidence) ? [] : ['CONFIRMED' as const]),
    ...(isTransfer && !evidence.isOutOfScope ? ['SCOPE' as const] : []),
    ...ownRules[tool](attempt, database),
  ];
}

/** Whether the customer saw a confirmation of exactly these values, and said yes to it afterwards. */
function isConfirmed({ args, actionKey, at }: WriteAttempt, { shown, yes }: Evidence): boolean {
  const yesAt = yes.findLast((each) => each.actionKey === actionKey && each.at < at)?.at ?? 0;
  const confirmation = shown.findLast((each) => each.actionKey === actionKey && each.at < yesAt);
  return Object.entries(args).every(([name, value]) => jsonEquals(confirmation?.values.get(name) ?? null, value));
}

function getOwner(args: JsonObject, database: RetailDatabase): string | undefined {
  return args['user_id'] === undefined ? findOrder(args, database)?.user_id : toText(args, 'user_id');
}

function findOrder(args: JsonObject, database: RetailDatabase): Order | undefined {
  return database.findOrder(toText(args, 'order_id'));
}

function checkStatus(args: JsonObject, database: RetailDatabase, status: string): readonly PolicyRule[] {
  return findOrder(args, database)?.status === status ? [] : ['STATUS'];
}

function checkNewPayment(args: JsonObject, database: RetailDatabase): readonly PolicyRule[] {
  const order = findOrder(args, database);
  const method = findPaymentMethod(args, database);
  const [payment] = order?.payment_history ?? [];
  const isOther =
    payment !== undefined && payment.payment_method_id !== method?.id && order?.payment_history.length === 1;
  return method !== undefined && isOther && covers(method, payment.amount) ? [] : ['PAYMENT'];
}

function checkReturn(args: JsonObject, database: RetailDatabase): readonly PolicyRule[] {
  const order = findOrder(args, database);
  const method = findPaymentMethod(args, database);
  const isOriginal = method !== undefined && method.id === order?.payment_history[0]?.payment_method_id;
  const itemIds = toTexts(args, 'item_ids');
  return [
    ...(order !== undefined && itemIds.length > 0 && hasItems(order, itemIds) ? [] : ['ITEMS' as const]),
    ...(isOriginal || method?.source === 'gift_card' ? [] : ['PAYMENT' as const]),
  ];
}

function checkNewItems(args: JsonObject, database: RetailDatabase): readonly PolicyRule[] {
  const order = findOrder(args, database);
  const method = findPaymentMethod(args, database);
  const request = {
    order_id: toText(args, 'order_id'),
    item_ids: toTexts(args, 'item_ids'),
    new_item_ids: toTexts(args, 'new_item_ids'),
  };
  if (order === undefined || request.item_ids.length === 0 || !hasItems(order, request.item_ids)) return ['ITEMS'];
  try {
    const { difference, pairs } = comparePrices(database, request);
    const areOther = pairs.every(({ item, variant }) => item.item_id !== variant.item_id);
    const isCovered = method !== undefined && covers(method, Math.round(difference * 100) / 100);
    return [...(areOther ? [] : ['NEW_ITEMS' as const]), ...(isCovered ? [] : ['PAYMENT' as const])];
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return ['NEW_ITEMS'];
  }
}

function findPaymentMethod(args: JsonObject, database: RetailDatabase) {
  const owner = findOrder(args, database)?.user_id ?? '';
  const methods = database.findUser(owner)?.payment_methods ?? {};
  const id = toText(args, 'payment_method_id');
  return Object.hasOwn(methods, id) ? methods[id] : undefined;
}

function toText(args: JsonObject, name: string): string {
  const value = args[name] ?? null;
  return typeof value === 'string' ? value : '';
}

function toTexts(args: JsonObject, name: string): readonly string[] {
  const value = args[name] ?? null;
  return isJsonArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
