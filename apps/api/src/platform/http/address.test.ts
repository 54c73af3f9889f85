import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { createAddressOf, networkOf } from './address.ts'

/** A request as it arrives from `peer`. */
function requestFrom(peer: string, forwardedFor?: string): IncomingMessage {
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: peer })
  const request = new IncomingMessage(socket)
  if (forwardedFor !== undefined) request.headers['x-forwarded-for'] = forwardedFor
  return request
}

test('a forwarded address is believed as far as trusted proxies wrote it', () => {
  const addressOf = createAddressOf(['10.0.0.0/8'])
  expect(addressOf(requestFrom('10.0.0.1', '203.0.113.9'))).toBe('203.0.113.9')
  // The client wrote the first, the proxy the second.
  expect(addressOf(requestFrom('10.0.0.1', '198.51.100.7, 203.0.113.9'))).toBe('203.0.113.9')
  expect(addressOf(requestFrom('10.0.0.1', '198.51.100.7, 203.0.113.9, 10.1.1.1'))).toBe('203.0.113.9')
  expect(addressOf(requestFrom('203.0.113.9', '198.51.100.7'))).toBe('203.0.113.9')
  expect(createAddressOf([])(requestFrom('127.0.0.1', '198.51.100.7'))).toBe('127.0.0.1')
})

test('addresses of one IPv6 network are one', () => {
  expect(networkOf('203.0.113.9')).toBe('203.0.113.9')
  expect(networkOf('::ffff:203.0.113.9')).toBe('::ffff:203.0.113.9')
  expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2')
  expect(networkOf('2001:db8:1:2::9')).toBe('2001:db8:1:2')
  expect(networkOf('2001:db8::9')).toBe('2001:db8:0:0')
  expect(networkOf('::1')).toBe('0:0:0:0')
})
