import type { JsonObject } from '../../../src/core/model/json';
import { RetailDatabase } from '../../../tools/policies/retail-database';
import { runTool, ToolError, type ToolName } from '../../../tools/policies/retail-tools';
import { retailData } from './retail';

const address = { address1: '1 New Street', address2: '', city: 'Austin', state: 'TX', country: 'USA', zip: '73301' };

// Orders of the published data: #W4316152 was delivered and paid with a gift card with 17.00 left; #W3916020 was delivered; #W8855135 is
// pending.
describe('the tools refuse what the published tools refuse', () => {
  const cases: readonly (readonly [string, ToolName, JsonObject])[] = [
    ['User not found', 'find_user_id_by_email', { email: 'no-user@example.com' }],
    ['User not found', 'find_user_id_by_name_zip', { first_name: 'Sofia', last_name: 'Li', zip: '00000' }],
    ['Order not found', 'get_order_details', { order_id: '#W0000000' }],
    ['Product not found', 'get_product_details', { product_id: '0' }],
    ['Non-pending order', 'cancel_pending_order', { order_id: '#W3916020', reason: 'no longer needed' }],
    ['Invalid reason', 'cancel_pending_order', { order_id: '#W8855135', reason: 'too late' }],
    ['Non-pending order', 'modify_pending_order_address', { order_id: '#W3916020', ...address }],
    ['Payment method not found', 'modify_pending_order_payment', { order_id: '#W8855135', payment_method_id: 'cash' }],
    [
      'Non-delivered order',
      'return_delivered_order_items',
      { order_id: '#W8855135', item_ids: [], payment_method_id: '' },
    ],
    [
      'Some item not found',
      'return_delivered_order_items',
      { order_id: '#W4316152', item_ids: ['0'], payment_method_id: 'gift_card_7245904' },
    ],
    [
      'Insufficient gift card balance',
      'exchange_delivered_order_items',
      {
        order_id: '#W4316152',
        item_ids: ['7292993796', '7292993796'],
        new_item_ids: ['3761330360', '9647374798'],
        payment_method_id: 'gift_card_7245904',
      },
    ],
    ['Invalid arguments', 'cancel_pending_order', { order_id: '#W8855135' }],
  ];

  it.each(cases)('%s: %s', (message, tool, args) => {
    const database = new RetailDatabase(retailData);
    const run = (): unknown => runTool(tool, database, args);
    expect(run).toThrow(ToolError);
    expect(run).toThrow(message);
    expect(database.describeChanges()).toBe('{}');
  });
});

describe('the tools change the database of one conversation only', () => {
  it('a canceled order is refunded to its payment method', () => {
    const database = new RetailDatabase(retailData);
    const result = runTool('cancel_pending_order', database, { order_id: '#W8855135', reason: 'no longer needed' });
    const original = retailData.orders['#W8855135'];
    const [payment] = original?.payment_history ?? [];
    expect(result).toMatchObject({
      status: 'cancelled',
      cancel_reason: 'no longer needed',
      payment_history: [payment, { ...payment, transaction_type: 'refund' }],
    });
    expect(original?.status).toBe('pending');
    expect(new RetailDatabase(retailData).describeChanges()).toBe('{}');
  });

  it('changed items get the price and the options of the last new item, as in the published tool', () => {
    const database = new RetailDatabase(retailData);
    const order = Object.values(retailData.orders).find(
      ({ status, items }) => status === 'pending' && items.length > 1,
    );
    const pairs = (order?.items ?? []).slice(0, 2).map(({ item_id, product_id }) => {
      const variants = Object.values(retailData.products[product_id]?.variants ?? {});
      return { item_id, variant: variants.find((each) => each.available && each.item_id !== item_id) };
    });
    const method = Object.values(retailData.users[order?.user_id ?? '']?.payment_methods ?? {}).find(
      ({ source }) => source !== 'gift_card',
    );
    const result = runTool('modify_pending_order_items', database, {
      order_id: order?.order_id ?? '',
      item_ids: pairs.map(({ item_id }) => item_id),
      new_item_ids: pairs.map(({ variant }) => variant?.item_id ?? ''),
      payment_method_id: method?.id ?? '',
    });
    const last = pairs[1]?.variant;
    expect(result).toMatchObject({
      status: 'pending (item modified)',
      items: expect.arrayContaining([
        expect.objectContaining({ item_id: pairs[0]?.variant?.item_id, price: last?.price, options: last?.options }),
      ]),
    });
  });
});
