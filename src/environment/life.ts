/** What tells one life of an environment from the next. */
export interface Life {
  /** The id of the life's first run. */
  run: string;
  /** Known to nobody before the namespace is created with it. */
  nonce: string;
}

/** A namespace of one life: the name alone could be another's by now, the uid cannot. */
export interface Namespace {
  name: string;
  uid: string;
  /** Which cluster it is on: elsewhere it is not found either. What was begun before this was noted does not say. */
  cluster?: string;
}
