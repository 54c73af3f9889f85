import { createTransport } from 'nodemailer'
import type { Config } from '../config.ts'

interface Mail {
  /** One address; a list in it is not understood as one. */
  to: string
  subject: string
  text: string
}

/** Sends mail, where a server for it is set. */
export interface Mailer {
  /** Without it, whoever administers hands the links on. */
  enabled: boolean
  /** Hands a mail to the mail server; throws if that does not take it. */
  send(mail: Mail): Promise<void>
}

interface MailerDependencies {
  config: Pick<Config, 'SMTP_URL' | 'MAIL_FROM'>
  log: { info(context: object, message: string): void }
}

/** Whoever waits for an answer does not wait longer for a mail server that says nothing. */
const timeoutMs = 10_000

/** Mail through the server that SMTP_URL names. Neither addresses nor texts are logged: they hold links that open accounts. */
export function createMailer({ config: { SMTP_URL, MAIL_FROM }, log }: MailerDependencies): Mailer {
  if (SMTP_URL === undefined) {
    return {
      enabled: false,
      send: () => Promise.reject(new Error('No mail can be sent: SMTP_URL is not set.')),
    }
  }
  const transport = createTransport(
    { url: SMTP_URL, connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs },
    { from: MAIL_FROM },
  )
  return {
    enabled: true,
    async send({ to, subject, text }) {
      const { messageId } = await transport.sendMail({ to: { name: '', address: to }, subject, text })
      log.info({ messageId }, 'a mail was sent')
    },
  }
}
