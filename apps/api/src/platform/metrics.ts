import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/*
 * Every metric of the process. Whoever does what one counts imports it; `/metrics` answers them all. Labels are names from
 * the code, never anything that came from outside: each new value is a series that Prometheus keeps.
 */
export const registry = new Registry()
collectDefaultMetrics({ register: registry })

const registers = [registry]
const answerSeconds = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10]
const innerSeconds = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3]

export const httpRequests = new Counter({
  name: 'http_requests_total',
  help: 'Requests answered.',
  labelNames: ['method', 'endpoint', 'status'] as const,
  registers,
})

export const httpDurations = new Histogram({
  name: 'http_request_duration_seconds',
  help: 'Time from the first byte of a request to the last of its answer.',
  labelNames: ['method', 'endpoint'] as const,
  buckets: answerSeconds,
  registers,
})

export const connections = new Gauge({
  name: 'websocket_connections_active',
  help: 'Open WebSocket connections.',
  labelNames: ['type'] as const,
  registers,
})
connections.set({ type: 'realtime' }, 0)

export const commandDurations = new Histogram({
  name: 'realtime_command_duration_seconds',
  help: 'Time from a command to its ack.',
  labelNames: ['command'] as const,
  buckets: answerSeconds,
  registers,
})

export const commandsAnswered = new Counter({
  name: 'realtime_commands_total',
  help: 'Commands answered; the outcome is ok or the code of the refusal.',
  labelNames: ['command', 'outcome'] as const,
  registers,
})

export const slowConsumersCut = new Counter({
  name: 'realtime_slow_consumers_total',
  help: 'Sockets cut off because they read slower than they were written to.',
  registers,
})

export const refusedForRate = new Counter({
  name: 'rate_limited_total',
  help: 'Requests and commands refused because there were too many.',
  labelNames: ['transport'] as const,
  registers,
})
for (const transport of ['http', 'realtime']) refusedForRate.inc({ transport }, 0)

export const commits = new Counter({
  name: 'group_commit_commits_total',
  help: 'Batches written by group commit; a failed one was written again item by item or refused.',
  labelNames: ['queue', 'outcome'] as const,
  registers,
})

export const batchItems = new Histogram({
  name: 'group_commit_batch_items',
  help: 'Items that shared a commit.',
  labelNames: ['queue'] as const,
  buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
  registers,
})

export const batchWaits = new Histogram({
  name: 'group_commit_wait_seconds',
  help: 'Time the first item of a batch waited for its turn.',
  labelNames: ['queue'] as const,
  buckets: innerSeconds,
  registers,
})

export const itemsWaiting = new Gauge({
  name: 'group_commit_queue_items',
  help: 'Items that wait for their turn to be written.',
  labelNames: ['queue'] as const,
  registers,
})

export const searchRoomsWaiting = new Gauge({
  name: 'search_index_rooms_waiting',
  help: 'Rooms whose newest messages are not searchable yet.',
  registers,
})

export const cacheRequests = new Counter({
  name: 'cache_requests_total',
  help: 'Questions to a cache; the outcome is hit or miss.',
  labelNames: ['cache', 'outcome'] as const,
  registers,
})

export const queryDurations = new Histogram({
  name: 'database_query_duration_seconds',
  help: 'Time from a statement to its result.',
  labelNames: ['operation'] as const,
  buckets: innerSeconds,
  registers,
})

export const queryFailures = new Counter({
  name: 'database_query_failures_total',
  help: 'Statements that failed, duplicate keys and lost deadlocks included.',
  labelNames: ['operation'] as const,
  registers,
})

export const poolWaits = new Histogram({
  name: 'database_pool_wait_seconds',
  help: 'Time until a connection of a pool was free.',
  buckets: innerSeconds,
  registers,
})

export const poolConnections = new Gauge({
  name: 'database_pool_connections',
  help: 'Connections of a pool, by whether they are in_use or idle.',
  labelNames: ['pool', 'state'] as const,
  registers,
})

export const poolWaiting = new Gauge({
  name: 'database_pool_waiting',
  help: 'Requests for a connection that wait for one.',
  labelNames: ['pool'] as const,
  registers,
})

export const replicasUnusable = new Gauge({
  name: 'database_replicas_unusable',
  help: 'Configured replicas that serve no reads: they are away or too far behind.',
  registers,
})

export const replicaLag = new Gauge({
  name: 'database_replica_lag_seconds',
  help: 'How far the replica that is furthest behind is behind the primary.',
  registers,
})

export const redisAway = new Gauge({
  name: 'redis_away',
  help: '1 while REDIS_URL is set and Redis does not answer.',
  registers,
})

export const signIns = new Counter({
  name: 'sign_ins_total',
  help: 'Passwords that were checked; the outcome is ok or failed.',
  labelNames: ['outcome'] as const,
  registers,
})
for (const outcome of ['ok', 'failed']) signIns.inc({ outcome }, 0)

export const uploadedBytes = new Counter({
  name: 'upload_bytes_total',
  help: 'Bytes of files that were stored.',
  labelNames: ['kind'] as const,
  registers,
})

export const relayCalls = new Counter({
  name: 'relay_calls_total',
  help: 'Calls of the relay that ended; the outcome is ok or why it failed.',
  labelNames: ['endpoint', 'outcome'] as const,
  registers,
})

export const relayAttempts = new Counter({
  name: 'relay_attempts_total',
  help: 'Attempts on channels: good, failed, limited by the provider, or unknown where the client was at fault.',
  labelNames: ['outcome'] as const,
  registers,
})

export const relayTokens = new Counter({
  name: 'relay_tokens_total',
  help: 'Tokens that calls of the relay used.',
  labelNames: ['direction'] as const,
  registers,
})

export const relayCost = new Counter({
  name: 'relay_cost_micros_total',
  help: 'Micro-units that calls of the relay were billed.',
  registers,
})

export const relayFirstTokens = new Histogram({
  name: 'relay_first_token_seconds',
  help: 'Time from a call to the first content of its answer.',
  labelNames: ['endpoint'] as const,
  buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30],
  registers,
})

export const relayStreams = new Gauge({
  name: 'relay_streams_open',
  help: 'Answers of the relay that are being streamed.',
  registers,
})

export const relayAlerts = new Counter({
  name: 'relay_alerts_total',
  help: 'Messages about budgets and bans, by webhook and by mail; the outcome is sent or failed.',
  labelNames: ['kind', 'outcome'] as const,
  registers,
})

export const relayGuardrailHits = new Counter({
  name: 'relay_guardrail_hits_total',
  help: 'Places that guardrails redacted, and calls that they refused.',
  labelNames: ['action'] as const,
  registers,
})

export const relayCacheRequests = new Counter({
  name: 'relay_cache_total',
  help: 'Calls that could be answered from the response cache; the outcome is hit or miss.',
  labelNames: ['outcome'] as const,
  registers,
})

export const relayPromptsLost = new Counter({
  name: 'relay_prompt_logs_lost_total',
  help: 'Prompts that were to be kept and could not be.',
  registers,
})
for (const outcome of ['hit', 'miss']) relayCacheRequests.inc({ outcome }, 0)
for (const action of ['redact', 'refuse']) relayGuardrailHits.inc({ action }, 0)
for (const kind of ['budget', 'ban']) for (const outcome of ['sent', 'failed']) relayAlerts.inc({ kind, outcome }, 0)
