// XState: one machine a flow; an actor is made of its persisted snapshot, told what was said, persisted and stopped again. All flows
// of a session are one JSON value of Redis.
import { assign, createActor, createMachine } from 'xstate';
import { flows, missing } from './turns.mjs';

const known =
  (step) =>
  ({ context }) =>
    missing(step, context).length === 0;

const collecting = (step, target) => ({ always: { guard: known(step), target } });

const machine = createMachine({
  id: 'request',
  context: {},
  initial: 'reference',
  on: { values: { actions: assign(({ context, event }) => ({ ...context, ...event.values })) } },
  states: {
    reference: collecting('reference', 'circumstances'),
    circumstances: collecting('circumstances', 'amount'),
    amount: {
      always: [
        { guard: ({ context }) => known('amount')({ context }) && context.amount > 500, target: 'note' },
        { guard: known('amount'), target: 'confirmation' },
      ],
    },
    note: collecting('note', 'confirmation'),
    confirmation: { on: { confirmed: 'booking', declined: 'closed' } },
    booking: {
      on: {
        booked: { target: 'receipt', actions: assign(({ context, event }) => ({ ...context, ...event.values })) },
      },
    },
    receipt: { on: { told: 'closed' } },
    closed: { type: 'final' },
  },
});

export const xstate = {
  name: 'XState actors over plain Redis',
  engine: (redis) => async (sessionId, said) => {
    const key = `xstate:${sessionId}`;
    const stored = await redis.get(key);
    const snapshots = stored === null ? Array(flows).fill(undefined) : JSON.parse(stored);
    const after = snapshots.map((snapshot, flow) => {
      const actor = createActor(machine, snapshot && { snapshot }).start();
      if (said[flow] !== undefined) actor.send({ type: said[flow].kind, values: said[flow].values });
      const persisted = actor.getPersistedSnapshot();
      actor.stop();
      return persisted;
    });
    await redis.set(key, JSON.stringify(after), 'EX', 3_600);
    return after.map(({ value }) => value);
  },
};
