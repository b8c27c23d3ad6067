import type { JsonObject, JsonValue } from '../../src/core/model/json';
import type { SeededRandom } from '../chaos/seeded-random';
import { createRequest, createValues, neededStatus, toIdentity } from './requests';
import { type Order, type RetailData, RetailDatabase } from './retail-database';
import { type OrderTool, orderTools, runTool, ToolError, type WriteTool } from './retail-tools';
import type { Identity } from './stories';

// Requests and values that are wrong in one way.

/** Two changes of one order, of which each is allowed and the second is not allowed after the first. */
export function createTwoChanges(
  data: RetailData,
  random: SeededRandom,
): {
  readonly identity: Identity;
  readonly first: { readonly tool: WriteTool; readonly values: JsonObject };
  readonly second: { readonly tool: WriteTool; readonly values: JsonObject };
} {
  const isFinal = (tool: OrderTool) =>
    tool !== 'modify_pending_order_address' && tool !== 'modify_pending_order_payment';
  for (;;) {
    const first = createRequest(data, random, { tools: orderTools.filter(isFinal) });
    const tools = orderTools.filter((tool) => neededStatus[tool] === neededStatus[first.tool]);
    const tool = random.pick(tools);
    const values = createValues[tool](first.order, first.user, data, random);
    if (values === undefined) continue;
    return {
      identity: toIdentity(first.user),
      first,
      second: { tool, values: { order_id: first.order.order_id, ...values } },
    };
  }
}

/** Whether the tool itself refuses the request. */
export function isRefused(data: RetailData, tool: OrderTool, values: JsonObject): boolean {
  try {
    runTool(tool, new RetailDatabase(data), values);
    return false;
  } catch (error) {
    if (error instanceof ToolError) return true;
    throw error;
  }
}

/** Picks an item that cannot replace one of the order. */
export function pickVariant(
  data: RetailData,
  random: SeededRandom,
  { items }: Order,
  kind: 'unavailable' | 'other product',
): string {
  const products = Object.values(data.products);
  const own = products.filter(({ product_id }) => items.some((item) => item.product_id === product_id));
  const others = products.filter((product) => !own.includes(product));
  const variants = (kind === 'unavailable' ? own : others).flatMap(({ variants: all }) => Object.values(all));
  const fitting = variants.filter(({ available }) => available === (kind === 'other product'));
  return fitting.length === 0 ? '0000000000' : random.pick(fitting).item_id;
}

/** Another value for one field of a request. */
export function pickChange(values: JsonObject, random: SeededRandom): readonly (readonly [string, JsonValue])[] {
  const { order_id: _, ...others } = values;
  const name = random.pick(Object.keys(others));
  const value = others[name] ?? null;
  const changes: Readonly<Record<string, JsonValue>> = {
    reason: value === 'no longer needed' ? 'ordered by mistake' : 'no longer needed',
    zip: '99999',
    city: 'Dallas',
  };
  return [[name, changes[name] ?? (Array.isArray(value) ? ['1111111111'] : 'something else')]];
}
