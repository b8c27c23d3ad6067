// LangGraph JS: one graph a flow and one thread a flow of a session, a node a step that interrupts for what it waits for. A turn resumes
// the threads that it says something to, and no others.
import { Annotation, Command, interrupt, START, StateGraph } from '@langchain/langgraph';
import { RedisSaver } from './redis-saver.mjs';
import { flows, missing } from './turns.mjs';

const State = Annotation.Root({
  values: Annotation({ reducer: (before, more) => ({ ...before, ...more }), default: () => ({}) }),
});

/** Interrupts until all fields are known; `next` says where to go on. */
const collecting = (step, next) => (state) => {
  if (missing(step, state.values).length === 0) return new Command({ goto: next(state.values) });
  const said = interrupt({ step, ask: missing(step, state.values) });
  const values = { ...state.values, ...said.values };
  return new Command({
    update: { values: said.values },
    goto: missing(step, values).length === 0 ? next(values) : step,
  });
};

const waiting = (step, next) => () => {
  const said = interrupt({ step });
  return new Command({ update: { values: said.values ?? {} }, goto: next });
};

const steps = {
  reference: [collecting('reference', () => 'circumstances'), ['reference', 'circumstances']],
  circumstances: [collecting('circumstances', () => 'amount'), ['circumstances', 'amount']],
  amount: [
    collecting('amount', ({ amount }) => (amount > 500 ? 'note' : 'confirmation')),
    ['amount', 'note', 'confirmation'],
  ],
  note: [collecting('note', () => 'confirmation'), ['note', 'confirmation']],
  confirmation: [waiting('confirmation', 'booking'), ['booking', 'closed']],
  booking: [waiting('booking', 'receipt'), ['receipt']],
  receipt: [waiting('receipt', 'closed'), ['closed']],
  closed: [() => ({}), []],
};

export const langgraph = {
  name: 'LangGraph JS over a plain Redis saver',
  engine: (redis) => {
    const builder = new StateGraph(State);
    for (const [step, [node, ends]] of Object.entries(steps)) builder.addNode(step, node, { ends });
    const graph = builder.addEdge(START, 'reference').compile({ checkpointer: new RedisSaver(redis) });
    const stepsOf = new Map(); // for the check alone: a thread that nothing is said to is not loaded
    return async (sessionId, said) => {
      const isNew = !stepsOf.has(sessionId);
      const at = stepsOf.get(sessionId) ?? Array(flows).fill('reference');
      stepsOf.set(sessionId, at);
      for (const [flow, words] of said.entries()) {
        if (words === undefined) continue;
        const input = isNew ? { values: {} } : new Command({ resume: words });
        const result = await graph.invoke(input, { configurable: { thread_id: `${sessionId}:${flow}` } });
        at[flow] = result.__interrupt__?.[0]?.value.step ?? 'closed';
      }
      return at;
    };
  },
};
