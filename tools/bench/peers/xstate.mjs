// XState: one actor per flow, which is restored from its snapshot, receives the input, and is persisted and stopped. All flows of a session
// are one JSON value in Redis.
import { assign, createActor, createMachine } from 'xstate';
import { findMissingFields, flows } from './turns.mjs';

const areFieldsKnown =
  (step) =>
  ({ context }) =>
    findMissingFields(step, context).length === 0;

const createCollectState = (step, target) => ({ always: { guard: areFieldsKnown(step), target } });

export const machine = createMachine({
  id: 'request',
  context: {},
  initial: 'reference',
  on: { values: { actions: assign(({ context, event }) => ({ ...context, ...event.values })) } },
  states: {
    reference: createCollectState('reference', 'circumstances'),
    circumstances: createCollectState('circumstances', 'amount'),
    amount: {
      always: [
        { guard: ({ context }) => areFieldsKnown('amount')({ context }) && context.amount > 500, target: 'note' },
        { guard: areFieldsKnown('amount'), target: 'confirmation' },
      ],
    },
    note: createCollectState('note', 'confirmation'),
    confirmation: { on: { confirmed: 'booking', declined: 'closed' } },
    booking: {
      on: {
        booked: { target: 'receipt', actions: assign(({ context, event }) => ({ ...context, ...event.values })) },
      },
    },
    receipt: { on: { informed: 'closed' } },
    closed: { type: 'final' },
  },
});

export const xstate = {
  name: 'XState actors on plain Redis',
  engine: (redis) => async (sessionId, inputs) => {
    const key = `xstate:${sessionId}`;
    const stored = await redis.get(key);
    const snapshots = stored === null ? Array(flows).fill(undefined) : JSON.parse(stored);
    const after = snapshots.map((snapshot, flow) => {
      const actor = createActor(machine, snapshot && { snapshot }).start();
      if (inputs[flow] !== undefined) actor.send({ type: inputs[flow].kind, values: inputs[flow].values });
      const persisted = actor.getPersistedSnapshot();
      actor.stop();
      return persisted;
    });
    await redis.set(key, JSON.stringify(after), 'EX', 3_600);
    return after.map(({ value }) => value);
  },
};
