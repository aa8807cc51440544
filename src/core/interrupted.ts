/** Somebody ended the run while it waited. What it waited to send was not sent. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly fix = 'Run the same command again when it suits.';
  constructor() {
    super('Interrupted while waiting: nothing more was sent.');
  }
}
