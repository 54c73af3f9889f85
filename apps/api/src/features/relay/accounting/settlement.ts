import type { relayAttempts, relayLogs, relayReservations } from '../tables.ts'
import { noUsage, usageKeys } from '../usage.ts'

/** What a call sets aside before it is made. */
export type Reservation = Omit<typeof relayReservations.$inferSelect, 'createdAt'>

/** An attempt of a call that failed before another one answered. */
export type Attempt = Omit<typeof relayAttempts.$inferSelect, 'requestId' | 'number' | 'createdAt'>

/** A row of the log, of which the ledger knows the time: it is billed when it is stored. */
export type LogRow = Omit<typeof relayLogs.$inferSelect, 'id'>

/** What became of a call: its row of the log, which is its bill, and the attempts before the last one. */
export interface Settlement extends Omit<LogRow, 'createdAt'> {
  attempts: Attempt[]
}

const intMax = 2_147_483_647

const whole = (value: number, max = Number.MAX_SAFE_INTEGER): number =>
  Math.min(Math.max(Math.trunc(value) || 0, 0), max)

const cut = <Text extends string | null>(text: Text, length: number) => text?.slice(0, length) ?? null
const ascii = (text: string | null, length: number) => cut(text, length)?.replaceAll(/[^\x20-\x7e]/g, '?') ?? null

/**
 * The settlement as its columns can hold it. Models, codes and counts come from clients and upstreams: whatever those say,
 * it must not keep a bill, and those of others that are stored with it, from being stored.
 */
export function fitSettlement(given: Settlement): Settlement {
  const fit: Settlement = {
    ...given,
    model: given.model.slice(0, 128),
    upstreamModel: cut(given.upstreamModel, 128),
    errorCode: ascii(given.errorCode, 64),
    errorMessage: cut(given.errorMessage, 500),
    upstreamRequestId: cut(given.upstreamRequestId, 128),
    // Whatever its types say, Fastify knows no address of a connection that is gone.
    address: ascii(given.address, 45) ?? '',
    serviceTier: ascii(given.serviceTier, 32),
    costMicros: whole(given.costMicros),
    firstTokenMs: given.firstTokenMs === null ? null : whole(given.firstTokenMs, intMax),
    durationMs: whole(given.durationMs, intMax),
    attempts: given.attempts.map((attempt) => ({
      ...attempt,
      errorCode: ascii(attempt.errorCode, 64) ?? '',
      upstreamRequestId: cut(attempt.upstreamRequestId, 128),
      durationMs: whole(attempt.durationMs, intMax),
    })),
  }
  for (const key of usageKeys) fit[key] = whole(given[key])
  return fit
}

/** The reservation as its columns can hold it. */
export const fitReservation = (given: Reservation): Reservation => ({
  ...given,
  model: given.model.slice(0, 128),
  inputTokens: whole(given.inputTokens, intMax),
  amountMicros: whole(given.amountMicros),
  inputMicros: whole(given.inputMicros),
})

/**
 * What is billed for a call whose server died: the prompt, which had most likely been sent, and nothing of an answer that
 * nobody can say how much of was given.
 */
export const lostCall = (reservation: Reservation): Settlement => ({
  ...noUsage,
  requestId: reservation.requestId,
  workspaceId: reservation.workspaceId,
  groupId: reservation.groupId,
  tokenId: reservation.tokenId,
  groupName: reservation.groupName,
  tokenName: reservation.tokenName,
  model: reservation.model,
  endpoint: reservation.endpoint,
  inputTokens: reservation.inputTokens,
  costMicros: reservation.inputMicros,
  status: 500,
  errorCode: 'lost',
  errorMessage: 'The server that handled this call went away before it had ended.',
  isStream: false,
  isCached: false,
  address: '',
  channelId: null,
  channelName: null,
  upstreamModel: null,
  upstreamRequestId: null,
  serviceTier: null,
  priceId: null,
  firstTokenMs: null,
  durationMs: 0,
  attempts: [],
})
