/** A person's mistake, told in one sentence that names what is wrong, where, and what to do. Shown without a stack. */
export class UserError extends Error {
  override readonly name = 'UserError';
}
