import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { canonicalJson, type JsonValue } from '../../src/core/model/json';

// The database of the retail domain, in its published form. Names of keys are those of the data.

export const addressSchema = z.object({
  address1: z.string(),
  address2: z.string(),
  city: z.string(),
  country: z.string(),
  state: z.string(),
  zip: z.string(),
});

const paymentMethodSchema = z.looseObject({
  source: z.enum(['credit_card', 'paypal', 'gift_card']),
  id: z.string(),
  balance: z.number().optional(),
});

const variantSchema = z.object({
  item_id: z.string(),
  options: z.record(z.string(), z.string()),
  available: z.boolean(),
  price: z.number(),
});

const itemSchema = z.object({
  name: z.string(),
  product_id: z.string(),
  item_id: z.string(),
  price: z.number(),
  options: z.record(z.string(), z.string()),
});

const paymentSchema = z.object({
  transaction_type: z.enum(['payment', 'refund']),
  amount: z.number(),
  payment_method_id: z.string(),
});

const databaseSchema = z.object({
  products: z.record(
    z.string(),
    z.object({ name: z.string(), product_id: z.string(), variants: z.record(z.string(), variantSchema) }),
  ),
  users: z.record(
    z.string(),
    z.object({
      user_id: z.string(),
      name: z.object({ first_name: z.string(), last_name: z.string() }),
      address: addressSchema,
      email: z.string(),
      payment_methods: z.record(z.string(), paymentMethodSchema),
      orders: z.array(z.string()),
    }),
  ),
  orders: z.record(
    z.string(),
    z.looseObject({
      order_id: z.string(),
      user_id: z.string(),
      address: addressSchema,
      items: z.array(itemSchema),
      status: z.string(),
      payment_history: z.array(paymentSchema),
    }),
  ),
});

export type RetailData = z.infer<typeof databaseSchema>;
export type Address = z.infer<typeof addressSchema>;
export type Order = RetailData['orders'][string];
export type User = RetailData['users'][string];
export type Product = RetailData['products'][string];
export type PaymentMethod = z.infer<typeof paymentMethodSchema>;

/** Reads a database file. Throws a ZodError if it does not have the published form. */
export function readRetailData(file: string): RetailData {
  return databaseSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** The database of one conversation: changes copy the record, so the data can be shared by all conversations. */
export class RetailDatabase {
  readonly #users = new Map<string, User>();
  readonly #orders = new Map<string, Order>();

  constructor(readonly data: RetailData) {}

  findUser(userId: string): User | undefined {
    return this.#users.get(userId) ?? getOwn(this.data.users, userId);
  }

  findOrder(orderId: string): Order | undefined {
    return this.#orders.get(orderId) ?? getOwn(this.data.orders, orderId);
  }

  findProduct(productId: string): Product | undefined {
    return getOwn(this.data.products, productId);
  }

  /** Returns a copy of the user that may be changed. */
  changeUser(userId: string): User | undefined {
    return copyOnce(this.#users, userId, this.findUser(userId));
  }

  /** Returns a copy of the order that may be changed. */
  changeOrder(orderId: string): Order | undefined {
    return copyOnce(this.#orders, orderId, this.findOrder(orderId));
  }

  /** The changed records as canonical text. Two databases over the same data are equal if their texts are. */
  describeChanges(): string {
    const changed = [...this.#users, ...this.#orders].filter(
      ([id, record]) => canonicalJson(toJson(record)) !== canonicalJson(toJson(this.#getOriginal(id))),
    );
    return canonicalJson(Object.fromEntries(changed.map(([id, record]) => [id, toJson(record)])));
  }

  #getOriginal(id: string): unknown {
    return getOwn(this.data.users, id) ?? getOwn(this.data.orders, id) ?? null;
  }
}

/** Converts a record to the JSON that a tool returns. */
export function toJson(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value));
}

function getOwn<T>(records: Readonly<Record<string, T>>, id: string): T | undefined {
  return Object.hasOwn(records, id) ? records[id] : undefined;
}

function copyOnce<T>(copies: Map<string, T>, id: string, record: T | undefined): T | undefined {
  if (record === undefined || copies.has(id)) return record;
  const copy = structuredClone(record);
  copies.set(id, copy);
  return copy;
}
