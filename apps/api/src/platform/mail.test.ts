import { afterEach, expect, test } from 'vitest'
import { startMailServer, textOf, type TestMailServer } from '../../test/mail-server.ts'
import { createMailer } from './mail.ts'

const lines: string[] = []
const log = { info: (context: object, message: string) => void lines.push(JSON.stringify(context) + message) }
const MAIL_FROM = 'Parley <parley@example.com>'
let server: TestMailServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

test('a mail reaches the server with its sender, subject and text', async () => {
  server = await startMailServer()
  const mailer = createMailer({ config: { SMTP_URL: server.url, MAIL_FROM }, log })
  expect(mailer.enabled).toBe(true)
  const link = `https://parley.example.com/${'x'.repeat(120)}`
  await mailer.send({ to: 'lin@example.com', subject: 'Verify 邮箱', text: `Open this:\n${link}\n` })
  const mail = await server.next()
  expect(mail.to).toEqual(['lin@example.com'])
  expect(mail.raw).toMatch(/^From: Parley <parley@example.com>/m)
  expect(textOf(mail)).toContain(link)
  expect(lines.join('\n')).not.toMatch(/lin@example|xxxx/)
})

test('an address that looks like a list, or like a header, reaches nobody else', async () => {
  server = await startMailServer()
  const mailer = createMailer({ config: { SMTP_URL: server.url, MAIL_FROM }, log })
  for (const to of ['a@example.com,victim@example.com', 'a@example.com\r\nBcc: victim@example.com']) {
    await mailer.send({ to, subject: 'x', text: 'x' }).catch(() => undefined)
  }
  for (const { to } of server.received) expect(to).not.toContain('victim@example.com')
})

test('a server that refuses, and none at all, is told to whoever sends', async () => {
  server = await startMailServer({ refuse: true })
  const mail = { to: 'lin@example.com', subject: 'x', text: 'x' }
  const refused = createMailer({ config: { SMTP_URL: server.url, MAIL_FROM }, log })
  await expect(refused.send(mail)).rejects.toThrow('not here')
  const none = createMailer({ config: { MAIL_FROM }, log })
  expect(none.enabled).toBe(false)
  await expect(none.send(mail)).rejects.toThrow('SMTP_URL')
})
