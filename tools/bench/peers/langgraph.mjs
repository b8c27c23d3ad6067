// LangGraph JS: one thread per flow of a session, and one node per step, which interrupts until it has its input. A turn resumes only the
// threads that it has input for.
import { Annotation, Command, interrupt, START, StateGraph } from '@langchain/langgraph';
import { RedisSaver } from './redis-saver.mjs';
import { findMissingFields, flows } from './turns.mjs';

const State = Annotation.Root({
  values: Annotation({ reducer: (current, update) => ({ ...current, ...update }), default: () => ({}) }),
});

/** Interrupts until all fields are known. `next` returns the next step. */
const createCollectNode = (step, next) => (state) => {
  if (findMissingFields(step, state.values).length === 0) return new Command({ goto: next(state.values) });
  const input = interrupt({ step, ask: findMissingFields(step, state.values) });
  const values = { ...state.values, ...input.values };
  return new Command({
    update: { values: input.values },
    goto: findMissingFields(step, values).length === 0 ? next(values) : step,
  });
};

const createWaitNode = (step, next) => () => {
  const input = interrupt({ step });
  return new Command({ update: { values: input.values ?? {} }, goto: next });
};

const steps = {
  reference: [createCollectNode('reference', () => 'circumstances'), ['reference', 'circumstances']],
  circumstances: [createCollectNode('circumstances', () => 'amount'), ['circumstances', 'amount']],
  amount: [
    createCollectNode('amount', ({ amount }) => (amount > 500 ? 'note' : 'confirmation')),
    ['amount', 'note', 'confirmation'],
  ],
  note: [createCollectNode('note', () => 'confirmation'), ['note', 'confirmation']],
  confirmation: [createWaitNode('confirmation', 'booking'), ['booking', 'closed']],
  booking: [createWaitNode('booking', 'receipt'), ['receipt']],
  receipt: [createWaitNode('receipt', 'closed'), ['closed']],
  closed: [() => ({}), []],
};

export const langgraph = {
  name: 'LangGraph JS with a Redis checkpointer',
  engine: (redis) => {
    const builder = new StateGraph(State);
    for (const [step, [node, ends]] of Object.entries(steps)) builder.addNode(step, node, { ends });
    const graph = builder.addEdge(START, 'reference').compile({ checkpointer: new RedisSaver(redis) });
    const stepsBySession = new Map(); // The check needs the steps of all flows, but a turn loads only the threads that have input.
    return async (sessionId, inputs) => {
      const isNew = !stepsBySession.has(sessionId);
      const currentSteps = stepsBySession.get(sessionId) ?? Array(flows).fill('reference');
      stepsBySession.set(sessionId, currentSteps);
      for (const [flow, input] of inputs.entries()) {
        if (input === undefined) continue;
        const command = isNew ? { values: {} } : new Command({ resume: input });
        const result = await graph.invoke(command, { configurable: { thread_id: `${sessionId}:${flow}` } });
        currentSteps[flow] = result.__interrupt__?.[0]?.value.step ?? 'closed';
      }
      return currentSteps;
    };
  },
};
