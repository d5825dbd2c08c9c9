/** Why somebody is refused for now: a word of few, for those who count. */
export type Refusal = 'overload' | 'most-calls' | 'most-looks' | 'token-limit' | 'developer-limit' | 'developer-calls';

/** Is told of each refusal. */
export type OnRefused = (reason: Refusal) => void;
