import { gradientFlow, linearRnnFlow } from '../analysis/gradient-flow';
import { createState, type Engine } from '../engine/engine';
import type { Window } from '../text/windows';
import type { FlowEvent } from './events';
import type { Plan } from './plan';

/**
 * How the gradient flows through time on a run's probe, with the run's cuts, and what the powers of a linear RNN's matrix say.
 * @param probe (T, B)
 */
export function flowOf(engine: Engine, plan: Plan, probe: Window, step: number): FlowEvent {
  const state = createState(engine.shape, probe.batch);
  const carry = plan.probeCarry(probe, step); // (T, B)
  const norms = gradientFlow(engine, probe, state, { carry });
  const linear = linearRnnFlow(engine, probe, state);
  return { event: 'flow', step, norms, ...(linear && { linear }) };
}
