import { expect, test } from 'vitest'
import { createResponsesSupport } from './responses-support.ts'

test.each<[string, number, string, boolean]>([
  ['a bare 404', 404, '404 page not found', true],
  ['a path that is not known', 404, '{"error":{"message":"Invalid URL (POST /v1/responses)"}}', true],
  ['a page for people', 404, '<!doctype html><title>Models</title>', true],
  ['FastAPI', 404, '{"detail":"Not Found"}', true],
  ['another method', 405, '{"detail":"Method Not Allowed"}', true],
  ['a model that is not there', 404, '{"error":{"code":"model_not_found"}}', false],
  ['an earlier response that is not there', 404, '{"error":{"message":"resp_1 was not found"}}', false],
  ['a bad request', 400, '', false],
  ['a failure', 500, '', false],
])('%s', (_, status, body, expected) => {
  const support = createResponsesSupport(() => 0)
  expect(support.note('1', status, Buffer.from(body))).toBe(expected)
  expect(support.lacks('1')).toBe(expected)
  expect(support.lacks('2')).toBe(false)
})

test('it is asked again after ten minutes', () => {
  let nowMs = 0
  const support = createResponsesSupport(() => nowMs)
  support.note('1', 404, Buffer.from(''))
  nowMs = 10 * 60_000 - 1
  expect(support.lacks('1')).toBe(true)
  nowMs += 1
  expect(support.lacks('1')).toBe(false)
})
