import { bundle } from './open';

export default bundle;
