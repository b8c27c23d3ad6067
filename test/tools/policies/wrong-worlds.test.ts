import { playWorlds } from '../../../tools/policies/play-worlds';
import { proposers } from '../../../tools/policies/proposers';
import { type WorldKind, worldKinds } from '../../../tools/policies/wrong-worlds';
import { type Edit, readChangedPolicy, retailData, retailPolicy } from './retail';

describe('wrong worlds', () => {
  const { wrong, controls } = playWorlds({ count: 24, seed: 1 }, retailPolicy, retailData);

  it.each(proposers)('end without a forbidden action (proposer: %s)', (proposer) => {
    const own = wrong.filter((result) => result.proposer === proposer);
    expect(own).toHaveLength(worldKinds.length);
    expect(own.flatMap(({ forbidden }) => forbidden)).toEqual([]);
  });

  it('are at least 1,000', () => {
    expect(wrong.reduce((sum, { worlds }) => sum + worlds, 0)).toBeGreaterThanOrEqual(1_000);
  });

  it('differ from requests with which nothing is wrong, whose actions run', () => {
    const runs = Object.fromEntries(controls.map(({ proposer, writes }) => [proposer, writes]));
    expect(runs['none']).toBe(24);
    expect(runs['everything']).toBeGreaterThan(8);
    expect(runs['random']).toBeGreaterThan(8);
    expect(controls.flatMap(({ forbidden }) => forbidden)).toEqual([]);
  });
});

// Without a check of the scenarios, the worlds that it is for have forbidden actions. So both the check and the judge matter.
describe('a policy without one of its checks is caught', () => {
  const orderFiles = [
    'cancel-order',
    'modify-order-address',
    'modify-payment',
    'modify-items',
    'exchange-items',
    'return-items',
  ];
  const inFiles = (names: readonly string[], from: Edit['from'], to: string): readonly Edit[] =>
    names.map((name) => ({ file: `${name}.yaml`, from, to }));
  const isOwn = /data\.order\.order_id != data\.order_id \|\| data\.order\.user_id != data\.user_id/;
  const isUser = /data\.user\.user_id == data\.user_id/;
  const status = /data\.order\.status != "\w+"\}/;
  /** The condition of the first transition of a step, up to its last one. */
  const checkOf = (step: string): RegExp =>
    new RegExp(`(- step_id: ${step}\\n(?: {4}.*\\n)*? {8}condition:)(?: .*\\n(?: {10}.*\\n)+)`);
  const withItems = ['modify-items', 'exchange-items', 'return-items'];
  const withNewItems = ['modify-items', 'exchange-items'];
  const withPayment = ['modify-payment', ...withItems];
  const methods = withPayment.flatMap((name): readonly Edit[] => [
    { file: `${name}.yaml`, from: checkOf('check_payment'), to: '$1 1 == 1\n' },
  ]);

  const cases: readonly (readonly [string, WorldKind, readonly Edit[]])[] = [
    ['the owner', "another user's order", inFiles(orderFiles, ' || data.order.user_id != data.user_id', '')],
    [
      'the order of a result',
      'results of another order',
      [...inFiles(orderFiles, isOwn, 'false'), ...inFiles(withPayment, isUser, 'true')],
    ],
    ['the status', 'wrong status', inFiles(orderFiles, status, 'false}')],
    ['the status, at a second change', 'a second change of the same order', inFiles(orderFiles, status, 'false}')],
    ['the payment method', 'unknown payment method', methods],
    ['the items', 'impossible items', inFiles(withItems, checkOf('check_items'), '$1 1 == 1\n')],
    ['the new items', 'impossible items', inFiles(withNewItems, checkOf('check_new_items'), '$1 1 == 1\n')],
    [
      'the reason',
      'unacceptable reason',
      [{ file: 'fields.yaml', from: /type: ENUM\n {4}values: .*\n/, to: 'type: TEXT\n' }],
    ],
    [
      'the confirmation',
      'no confirmation',
      inFiles(orderFiles, /is_checkpoint: true\n/, 'requires_confirmation: false\n'),
    ],
    [
      'the confirmation of the values',
      'a change together with the yes',
      inFiles(orderFiles, /confirms_fields: .*\n/, 'confirms_nothing: true\n'),
    ],
    [
      'the end at a pause',
      'a pause while the order changes',
      inFiles(orderFiles, /cancel_condition: >-\n(?: {2}.*\n)+/, ''),
    ],
    [
      'the authentication',
      'no authentication',
      inFiles(orderFiles, / {4}calls: .*\n/, '').concat(
        inFiles(orderFiles, 'condition: has(data.user_id)}', 'condition: "true"}'),
        inFiles(orderFiles, ' || data.order.user_id != data.user_id', ''),
        inFiles(withPayment, isUser, 'true'),
      ),
    ],
    [
      'the search as a required action',
      'no authentication',
      [
        ...['find_by_email', 'find_by_name'].map((step) => ({
          file: 'authentication.yaml',
          from: new RegExp(`(step_id: ${step}\\n.*\\n) {4}is_required_action: true\\n`),
          to: '$1',
        })),
        ...inFiles(['modify-user-address'], 'condition: has(data.user_id)}', 'condition: "true"}'),
      ],
    ],
  ];

  it.each(cases)('%s', (_name, kind, edits) => {
    const { wrong, controls } = playWorlds({ count: 12, seed: 1, kinds: [kind] }, readChangedPolicy(edits), retailData);
    expect([...wrong, ...controls].flatMap(({ forbidden }) => forbidden)).not.toEqual([]);
  });
});
