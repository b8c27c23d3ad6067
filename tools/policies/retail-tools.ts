import { z } from 'zod';
import type { JsonObject, JsonValue } from '../../src/core/model/json';
import {
  type Address,
  addressSchema,
  type Order,
  type PaymentMethod,
  type RetailDatabase,
  toJson,
  type User,
} from './retail-database';

// The tools of the retail domain, by their published names, with their published arguments, results and errors. They check what the
// published tools check, which is less than the policy.

/** A tool refused its arguments, as the published tools do. */
export class ToolError extends Error {}

type Tool = (database: RetailDatabase, args: JsonObject) => JsonValue;

const order = z.object({ order_id: z.string() });
const items = order.extend({ item_ids: z.array(z.string()), payment_method_id: z.string() });
const newItems = items.extend({ new_item_ids: z.array(z.string()) });

/** The tools that change an order. */
export const orderTools = [
  'cancel_pending_order',
  'modify_pending_order_address',
  'modify_pending_order_payment',
  'modify_pending_order_items',
  'return_delivered_order_items',
  'exchange_delivered_order_items',
] as const;
export type OrderTool = (typeof orderTools)[number];

/** The tools that change the database or hand the conversation over. */
export const writeTools = [...orderTools, 'modify_user_address', 'transfer_to_human_agents'] as const;
export type WriteTool = (typeof writeTools)[number];
const readTools = [
  'find_user_id_by_email',
  'find_user_id_by_name_zip',
  'get_user_details',
  'get_order_details',
  'get_product_details',
] as const;
type ReadTool = (typeof readTools)[number];
export type ToolName = WriteTool | ReadTool;

export function isWriteTool(name: string): name is WriteTool {
  return writeTools.some((tool) => tool === name);
}

export function isToolName(name: string): name is ToolName {
  return isWriteTool(name) || readTools.some((tool) => tool === name);
}

/** Runs a tool. Throws ToolError if the tool refuses. */
export function runTool(name: ToolName, database: RetailDatabase, args: JsonObject): JsonValue {
  return tools[name](database, args);
}

const tools: Readonly<Record<ToolName, Tool>> = {
  find_user_id_by_email(database, args) {
    const { email } = parse(z.object({ email: z.string() }), args);
    return findUserId(database, (user) => user.email.toLowerCase() === email.toLowerCase());
  },
  find_user_id_by_name_zip(database, args) {
    const { first_name, last_name, zip } = parse(
      z.object({ first_name: z.string(), last_name: z.string(), zip: z.string() }),
      args,
    );
    return findUserId(
      database,
      ({ name, address: { zip: userZip } }) =>
        name.first_name.toLowerCase() === first_name.toLowerCase() &&
        name.last_name.toLowerCase() === last_name.toLowerCase() &&
        userZip === zip,
    );
  },
  get_user_details: (database, args) =>
    toJson(found(database.findUser(parse(z.object({ user_id: z.string() }), args).user_id), 'User not found')),
  get_order_details: (database, args) => toJson(getOrder(database, parse(order, args).order_id)),
  get_product_details: (database, args) =>
    toJson(
      found(database.findProduct(parse(z.object({ product_id: z.string() }), args).product_id), 'Product not found'),
    ),
  cancel_pending_order(database, args) {
    const { order_id, reason } = parse(order.extend({ reason: z.string() }), args);
    check(getOrder(database, order_id).status === 'pending', 'Non-pending order cannot be cancelled');
    check(['no longer needed', 'ordered by mistake'].includes(reason), 'Invalid reason');
    const changed = changeOrder(database, order_id);
    const refunds = changed.payment_history.map(({ amount, payment_method_id }) => {
      changeBalance(database, changed.user_id, payment_method_id, amount);
      return { transaction_type: 'refund' as const, amount, payment_method_id };
    });
    changed.status = 'cancelled';
    changed['cancel_reason'] = reason;
    changed.payment_history.push(...refunds);
    return toJson(changed);
  },
  modify_pending_order_address(database, args) {
    const { order_id, ...newAddress } = parse(order.extend(addressSchema.shape), args);
    check(getOrder(database, order_id).status.includes('pending'), 'Non-pending order cannot be modified');
    const changed = changeOrder(database, order_id);
    changed.address = toAddress(newAddress);
    return toJson(changed);
  },
  modify_pending_order_payment(database, args) {
    const { order_id, payment_method_id } = parse(order.extend({ payment_method_id: z.string() }), args);
    const { status, user_id, payment_history } = getOrder(database, order_id);
    check(status.includes('pending'), 'Non-pending order cannot be modified');
    const method = getPaymentMethod(database, user_id, payment_method_id);
    const [payment] = payment_history;
    if (payment?.transaction_type !== 'payment' || payment_history.length !== 1) {
      throw new ToolError('There should be exactly one payment for a pending order');
    }
    check(payment.payment_method_id !== payment_method_id, 'The new payment method should be different');
    const { amount } = payment;
    check(covers(method, amount), 'Insufficient gift card balance to pay for the order');
    const changed = changeOrder(database, order_id);
    changed.payment_history.push(
      { transaction_type: 'payment', amount, payment_method_id },
      { transaction_type: 'refund', amount, payment_method_id: payment.payment_method_id },
    );
    changeBalance(database, user_id, payment_method_id, -amount);
    changeBalance(database, user_id, payment.payment_method_id, amount);
    return toJson(changed);
  },
  modify_pending_order_items(database, args) {
    const request = parse(newItems, args);
    check(getOrder(database, request.order_id).status === 'pending', 'Non-pending order cannot be modified');
    const { difference, pairs } = comparePrices(database, request);
    check(
      pairs.every(({ item, variant }) => item.item_id !== variant.item_id),
      'The new item id should be different',
    );
    const changed = changeOrder(database, request.order_id);
    check(
      covers(getPaymentMethod(database, changed.user_id, request.payment_method_id), difference),
      'Insufficient gift card balance to pay for the new item',
    );
    changed.payment_history.push({
      transaction_type: difference > 0 ? 'payment' : 'refund',
      amount: Math.abs(difference),
      payment_method_id: request.payment_method_id,
    });
    changeBalance(database, changed.user_id, request.payment_method_id, -difference);
    // The published tool gives all changed items the price and the options of the last new item.
    const last = pairs.at(-1)?.variant;
    for (const { item, variant } of pairs) {
      const target = changed.items.find(({ item_id }) => item_id === item.item_id);
      Object.assign(target ?? {}, { item_id: variant.item_id, price: last?.price, options: { ...last?.options } });
    }
    changed.status = 'pending (item modified)';
    return toJson(changed);
  },
  return_delivered_order_items(database, args) {
    const { order_id, item_ids, payment_method_id } = parse(items, args);
    const current = getOrder(database, order_id);
    check(current.status === 'delivered', 'Non-delivered order cannot be returned');
    const method = getPaymentMethod(database, current.user_id, payment_method_id);
    const isOriginal = payment_method_id === current.payment_history[0]?.payment_method_id;
    check(method.source === 'gift_card' || isOriginal, 'Payment method should be the original payment method');
    check(hasItems(current, item_ids), 'Some item not found');
    const changed = changeOrder(database, order_id);
    changed.status = 'return requested';
    changed['return_items'] = item_ids.toSorted();
    changed['return_payment_method_id'] = payment_method_id;
    return toJson(changed);
  },
  exchange_delivered_order_items(database, args) {
    const request = parse(newItems, args);
    const current = getOrder(database, request.order_id);
    check(current.status === 'delivered', 'Non-delivered order cannot be exchanged');
    const difference = Math.round(comparePrices(database, request).difference * 100) / 100;
    check(
      covers(getPaymentMethod(database, current.user_id, request.payment_method_id), difference),
      'Insufficient gift card balance to pay for the price difference',
    );
    const changed = changeOrder(database, request.order_id);
    changed.status = 'exchange requested';
    changed['exchange_items'] = request.item_ids.toSorted();
    changed['exchange_new_items'] = request.new_item_ids.toSorted();
    changed['exchange_payment_method_id'] = request.payment_method_id;
    changed['exchange_price_difference'] = difference;
    return toJson(changed);
  },
  modify_user_address(database, args) {
    const { user_id, ...newAddress } = parse(addressSchema.extend({ user_id: z.string() }), args);
    const changed = found(database.changeUser(user_id), 'User not found');
    changed.address = toAddress(newAddress);
    return toJson(changed);
  },
  transfer_to_human_agents(_database, args) {
    parse(z.object({ summary: z.string() }), args);
    return 'Transfer successful';
  },
};

/** Whether the order has each item at least as often as the list. */
export function hasItems({ items: ordered }: Pick<Order, 'items'>, itemIds: readonly string[]): boolean {
  const count = (list: readonly string[], id: string): number => list.filter((other) => other === id).length;
  const orderedIds = ordered.map(({ item_id }) => item_id);
  return itemIds.every((id) => count(itemIds, id) <= count(orderedIds, id));
}

/** Whether a payment method can pay an amount. Only a gift card has a limit. */
export function covers({ source, balance = 0 }: PaymentMethod, amount: number): boolean {
  return source !== 'gift_card' || balance >= amount;
}

/** Items of an order and the items that replace them, in the same order. */
export interface ItemChange {
  readonly order_id: string;
  readonly item_ids: readonly string[];
  readonly new_item_ids: readonly string[];
}

/** Pairs old and new items. Throws ToolError if a pair is not possible. */
export function comparePrices(
  database: RetailDatabase,
  { order_id, item_ids, new_item_ids }: ItemChange,
): { readonly difference: number; readonly pairs: readonly ReturnType<typeof pairItem>[] } {
  const current = getOrder(database, order_id);
  check(hasItems(current, item_ids), 'Some item not found');
  check(item_ids.length === new_item_ids.length, 'The number of items to be exchanged should match');
  const pairs = item_ids.map((itemId, index) => pairItem(database, current, itemId, new_item_ids[index] ?? ''));
  return { pairs, difference: pairs.reduce((sum, { item, variant }) => sum + (variant.price - item.price), 0) };
}

function pairItem(database: RetailDatabase, { items: ordered }: Order, itemId: string, newItemId: string) {
  const item = found(
    ordered.find(({ item_id }) => item_id === itemId),
    'Item not found',
  );
  const variant = found(database.findProduct(item.product_id)?.variants[newItemId], 'Variant not found');
  check(variant.available, 'New item not available');
  return { item, variant };
}

function parse<T>(schema: z.ZodType<T>, args: JsonObject): T {
  const { data, error } = schema.safeParse(args);
  if (data === undefined) throw new ToolError(`Invalid arguments: ${error?.message ?? ''}`);
  return data;
}

function found<T>(value: T | undefined, message: string): T {
  if (value === undefined) throw new ToolError(message);
  return value;
}

function check(condition: boolean, message: string): void {
  if (!condition) throw new ToolError(message);
}

function findUserId({ data }: RetailDatabase, isUser: (user: User) => boolean): string {
  return found(Object.values(data.users).find(isUser), 'User not found').user_id;
}

function getOrder(database: RetailDatabase, orderId: string): Order {
  return found(database.findOrder(orderId), 'Order not found');
}

function changeOrder(database: RetailDatabase, orderId: string): Order {
  return found(database.changeOrder(orderId), 'Order not found');
}

function getPaymentMethod(database: RetailDatabase, userId: string, id: string): PaymentMethod {
  return found(database.findUser(userId)?.payment_methods[id], 'Payment method not found');
}

function changeBalance(database: RetailDatabase, userId: string, id: string, amount: number): void {
  const method = database.changeUser(userId)?.payment_methods[id];
  if (method?.source !== 'gift_card') return;
  method.balance = Math.round(((method.balance ?? 0) + amount) * 100) / 100;
}

function toAddress({ address1, address2, city, country, state, zip }: Address): Address {
  return { address1, address2, city, country, state, zip };
}
