import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from '@prometheus-io/client';
import type { Environment } from '../../environment/environment.ts';
import type { InFlight } from '../http/in-flight.ts';
import type { EndedRequest, RequestWatcher } from '../http/watched.ts';
import type { CallOutcome } from '../temporal/call-outcome.ts';

/** From what Temporal answers at once to what a start may wait for. */
const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
/** Any other word may stand for a method too, and each would be a series of its own. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** What an API server tells Prometheus. No label has a value that callers choose: see test/api/metrics.test.ts. */
export class ApiMetrics implements RequestWatcher {
  readonly #registry = new Registry();
  readonly #requests = this.#counter('requests', 'Requests that were answered.', ['method', 'route', 'status']);
  readonly #seconds = this.#histogram('request_seconds', 'From a request to the end of its answer.', [
    'method',
    'route',
  ]);
  readonly #starts = this.#histogram(
    'start_seconds',
    'How long callers waited for environments that were built or claimed for them, and are ready.',
    ['provisioned_from'],
  );
  readonly #problems = this.#counter('problems', 'Answers that were problems, by kind.', ['kind']);
  readonly #refusals = this.#counter('refusals', 'Requests that were told to come back later, by why.', ['reason']);
  readonly #temporalCalls = this.#counter('temporal_calls', 'Calls to Temporal, by what became of them.', ['outcome']);
  readonly #temporalSeconds = this.#histogram(
    'temporal_call_seconds',
    'How long Temporal takes for what it answers at once.',
    [],
  );

  /**
   * @param inFlight what the server has in hand
   * @param ofProcess whether what is true of the whole process is told as well: of one of these in it only
   */
  constructor({ inFlight, ofProcess = false }: { inFlight: InFlight; ofProcess?: boolean }) {
    new Gauge({
      name: 'berth_api_requests_in_flight',
      help: 'Callers who have asked for something to be done, and are not answered yet: the load of the server. Looks are none of them.',
      registers: [this.#registry],
      collect() {
        this.set(inFlight.report.in_flight);
      },
    });
    if (ofProcess) collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Everything, as Prometheus reads it. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  ended(request: EndedRequest): void {
    const { route, seconds, status, problem, answer, beganAt } = request;
    const method = METHODS.has(request.method) ? request.method : 'other';
    this.#requests.inc({ method, route, status });
    this.#seconds.observe({ method, route }, seconds);
    if (problem !== undefined) this.#problems.inc({ kind: problem });
    if (route !== '/environments/start' || status !== 200) return;
    const started = answer as Environment;
    // What was there before was not waited for.
    if (Date.parse(started.created_at) >= beganAt)
      this.#starts.observe({ provisioned_from: started.provisioned_from }, seconds);
  }

  /** @param reason a word of few */
  refused(reason: string): void {
    this.#refusals.inc({ reason });
  }

  /** @param seconds how long it took, where it was answered at once or should have been */
  called(outcome: CallOutcome, seconds?: number): void {
    this.#temporalCalls.inc({ outcome });
    if (seconds !== undefined) this.#temporalSeconds.observe(seconds);
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> {
    return new Counter({ name: `berth_api_${name}_total`, help, labelNames, registers: [this.#registry] });
  }

  #histogram<Label extends string>(name: string, help: string, labelNames: Label[]): Histogram<Label> {
    const registers = [this.#registry];
    return new Histogram({ name: `berth_api_${name}`, help, labelNames, buckets: SECONDS, registers });
  }
}
