/** How the province was started is wrong: the message says what to give instead. */
export class BadOption extends Error {
  override readonly name = 'BadOption';
}
