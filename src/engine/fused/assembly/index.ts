// The kernels, each with a scalar twin in ../twin. Addresses are bytes in the shared memory, sizes and strides are floats.
export { panelColumns } from './blocks';
export { fiveRows, fourRows, sixRows } from './groups';
export { fourByEight, oneByTwentyFour, twoBySixteen, twoByTwentyFour } from './pairs';
export { multiply } from './multiply';
export { outer, packLeft } from './outer';
export { packColumns, packTransposed } from './pack';
export { matrixVector, vectorMatrix } from './matvec';
export { addTo, clearRows, columnSums, gatherRows, scatterRows } from './rows';
export { join } from './join';
export { rnnBackward, rnnForward } from './rnn';
export { gruGates, gruResetBackward, gruState, gruStateBackward } from './gru';
export { lstmBackward, lstmForward } from './lstm';
export { logSoftmax, softmaxLoss } from './softmax';
export { dropout } from './dropout';
export { adamUpdate, momentumUpdate, rmspropUpdate, squares } from './optimizer';
