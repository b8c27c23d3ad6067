import type { JsonObject } from '../../src/core/model/json';
import type { SeededRandom } from '../chaos/seeded-random';
import type { Order, RetailData, User } from './retail-database';
import { type OrderTool, orderTools, type WriteTool } from './retail-tools';
import type { Identity } from './stories';

/** A request that the policy allows. Wrong worlds break it in one way. */
export interface Request {
  readonly tool: WriteTool;
  readonly user: User;
  readonly values: JsonObject;
}

/** The status that an order needs for each tool. */
export const neededStatus: Readonly<Record<OrderTool, 'pending' | 'delivered'>> = {
  cancel_pending_order: 'pending',
  modify_pending_order_address: 'pending',
  modify_pending_order_payment: 'pending',
  modify_pending_order_items: 'pending',
  return_delivered_order_items: 'delivered',
  exchange_delivered_order_items: 'delivered',
};

const maxTries = 1_000;

/** Creates a request about a random order that the policy allows, for one of the tools. */
export function createRequest(
  data: RetailData,
  random: SeededRandom,
  {
    tools = orderTools,
    accepts = () => true,
  }: { tools?: readonly OrderTool[]; accepts?: (order: Order) => boolean } = {},
): Request & { readonly tool: OrderTool; readonly order: Order } {
  const orders = Object.values(data.orders).filter(accepts);
  for (let tries = 0; tries < maxTries; tries += 1) {
    const tool = random.pick(tools);
    const order = random.pick(orders);
    const user = data.users[order.user_id];
    if (user === undefined || order.status !== neededStatus[tool]) continue;
    const values = createValues[tool](order, user, data, random);
    if (values !== undefined) return { tool, order, user, values: { order_id: order.order_id, ...values } };
  }
  throw new Error('The database has no order for such a request.');
}

type CreateValues = (order: Order, user: User, data: RetailData, random: SeededRandom) => JsonObject | undefined;

/** The values of a request besides the order; undefined if the order allows none. */
export const createValues: Readonly<Record<OrderTool, CreateValues>> = {
  cancel_pending_order: (_order, _user, _data, random) => ({
    reason: random.pick(['no longer needed', 'ordered by mistake']),
  }),
  modify_pending_order_address: () => ({
    address1: '1 New Street',
    address2: '',
    city: 'Austin',
    country: 'USA',
    state: 'TX',
    zip: '73301',
  }),
  modify_pending_order_payment(order, user, _data, random) {
    const [payment] = order.payment_history;
    const methods = Object.values(user.payment_methods).filter(
      ({ id, source, balance = 0 }) =>
        id !== payment?.payment_method_id && (source !== 'gift_card' || balance >= (payment?.amount ?? 0)),
    );
    return methods.length === 0 ? undefined : { payment_method_id: random.pick(methods).id };
  },
  modify_pending_order_items: createItemChange,
  exchange_delivered_order_items: createItemChange,
  return_delivered_order_items(order, _user, _data, random) {
    const item = random.pick(order.items);
    return { item_ids: [item.item_id], payment_method_id: order.payment_history[0]?.payment_method_id ?? '' };
  },
};

function createItemChange(order: Order, user: User, data: RetailData, random: SeededRandom): JsonObject | undefined {
  const item = random.pick(order.items);
  const variants = Object.values(data.products[item.product_id]?.variants ?? {});
  const others = variants.filter(({ item_id, available }) => available && item_id !== item.item_id);
  const methods = Object.values(user.payment_methods).filter(({ source }) => source !== 'gift_card');
  if (others.length === 0 || methods.length === 0) return undefined;
  return {
    item_ids: [item.item_id],
    new_item_ids: [random.pick(others).item_id],
    payment_method_id: random.pick(methods).id,
  };
}

/** The identity that a user gives. */
export function toIdentity({ email, name, address }: User): Identity {
  return { emails: [email], firstName: name.first_name, lastName: name.last_name, zip: address.zip };
}
