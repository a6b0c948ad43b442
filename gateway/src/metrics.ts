/** What Prometheus reads at `/metrics`. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export class Metrics {
  readonly registry = new Registry();
  readonly requests = new Counter({
    name: 'onenet_requests_total',
    help: 'GraphQL requests, by kind of operation and outcome.',
    labelNames: ['kind', 'outcome'] as const,
    registers: [this.registry],
  });
  readonly seconds = new Histogram({
    name: 'onenet_request_duration_seconds',
    help: 'From the first byte of a GraphQL request to the last of its answer.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });
  readonly errors = new Counter({
    name: 'onenet_errors_total',
    help: 'Errors in answers, by code.',
    labelNames: ['code'] as const,
    registers: [this.registry],
  });
  readonly ownerCalls = new Counter({
    name: 'onenet_owner_calls_total',
    help: 'Calls to owners, by platform and outcome (OK, or the reason why its part is missing).',
    labelNames: ['platform', 'outcome'] as const,
    registers: [this.registry],
  });
  readonly ownerSeconds = new Histogram({
    name: 'onenet_owner_call_duration_seconds',
    help: 'Calls to owners.',
    labelNames: ['platform'] as const,
    buckets: [0.005, 0.025, 0.1, 0.5, 1, 5],
    registers: [this.registry],
  });
  readonly revision = new Gauge({
    name: 'onenet_net_revision',
    help: 'Revision of the owner directory that is in force.',
    registers: [this.registry],
  });
  readonly generations = new Counter({
    name: 'onenet_generations_total',
    help: 'Supergraphs loaded since the start.',
    registers: [this.registry],
  });
  readonly supergraphRefused = new Gauge({
    name: 'onenet_supergraph_refused',
    help: '1 while the newest supergraph is not in force because it does not load.',
    registers: [this.registry],
  });
  readonly plans = new Counter({
    name: 'onenet_plans_total',
    help: 'Operations planned: for a request, or warming a generation before its first.',
    labelNames: ['when'] as const,
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }
}
