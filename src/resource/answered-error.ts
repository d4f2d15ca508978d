/** Another delivery of the request has succeeded and answers it, so this delivery has nothing to answer. */
export class AnsweredError extends Error {
  constructor() {
    super('another delivery of this request has succeeded');
    this.name = 'AnsweredError';
  }
}
