import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../src/core/model/json';
import type { ToolName } from './retail-tools';

/** Reads a known value of the instance that a tool runs for; null if it is not known. */
export type ReadKnown = (name: string) => JsonValue;

const addressFields = ['address1', 'address2', 'city', 'country', 'state', 'zip'] as const;

/**
 * Which known values are the arguments of a tool, as the configuration of a tool executor would say. An ACTION_HINT names tools, not
 * arguments. A tool that looks up one object runs once for each value of a list.
 */
const argumentLists: Readonly<Record<ToolName, (read: ReadKnown) => readonly JsonObject[]>> = {
  find_user_id_by_email: (read) => [{ email: read('email') }],
  find_user_id_by_name_zip: (read) => [
    { first_name: read('first_name'), last_name: read('last_name'), zip: read('identity_zip') },
  ],
  get_user_details: (read) => [pick(read, ['user_id'])],
  get_order_details: (read) => [pick(read, ['order_id'])],
  get_product_details: (read) => listProductIds(read).map((product_id) => ({ product_id })),
  cancel_pending_order: (read) => [pick(read, ['order_id', 'reason'])],
  modify_pending_order_address: (read) => [pick(read, ['order_id', ...addressFields])],
  modify_pending_order_payment: (read) => [pick(read, ['order_id', 'payment_method_id'])],
  modify_pending_order_items: (read) => [pick(read, ['order_id', 'item_ids', 'new_item_ids', 'payment_method_id'])],
  return_delivered_order_items: (read) => [pick(read, ['order_id', 'item_ids', 'payment_method_id'])],
  exchange_delivered_order_items: (read) => [pick(read, ['order_id', 'item_ids', 'new_item_ids', 'payment_method_id'])],
  modify_user_address: (read) => [pick(read, ['user_id', ...addressFields])],
  transfer_to_human_agents: (read) => [pick(read, ['summary'])],
};

/** Returns the arguments of each call of a tool, in order. */
export function listArguments(tool: ToolName, read: ReadKnown): readonly JsonObject[] {
  return argumentLists[tool](read);
}

/** Whether the result of a tool is a list with the result of each call. */
export function returnsList(tool: ToolName): boolean {
  return tool === 'get_product_details';
}

function pick(read: ReadKnown, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, read(name)]));
}

/** The product that the customer asks about, else the products of the items of the order that the customer wants to change. */
function listProductIds(read: ReadKnown): readonly JsonValue[] {
  const productId = read('product_id');
  if (productId !== null) return [productId];
  const itemIds = toList(read('item_ids'));
  const order = read('order');
  const items = isJsonObject(order) ? toList(order['items'] ?? null).filter(isJsonObject) : [];
  return [
    ...new Set(
      items.filter((item) => itemIds.includes(item['item_id'] ?? null)).map((item) => item['product_id'] ?? null),
    ),
  ];
}

function toList(value: JsonValue): readonly JsonValue[] {
  return isJsonArray(value) ? value : [];
}
