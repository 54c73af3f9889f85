import { once } from 'node:events'
import { SMTPServer } from 'smtp-server'
import { text } from 'node:stream/consumers'

/** A mail as the server got it. */
interface ReceivedMail {
  to: string[]
  /** Headers and body as they came. */
  raw: string
}

/** A stand-in mail server on loopback. */
export interface TestMailServer {
  url: string
  received: ReceivedMail[]
  /** The next mail to come that was not asked for yet. */
  next(): Promise<ReceivedMail>
  close(): Promise<void>
}

const waitMs = 5_000

/** Starts a mail server that takes everything; with `refuse`, nothing. */
export async function startMailServer({ refuse = false } = {}): Promise<TestMailServer> {
  const received: ReceivedMail[] = []
  const waiting: ((mail: ReceivedMail) => void)[] = []
  let asked = 0
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo: (_address, _session, callback) => callback(refuse ? new Error('not here') : null),
    onData(stream, session, callback) {
      text(stream).then((raw) => {
        const mail = { to: session.envelope.rcptTo.map(({ address }) => address), raw }
        received.push(mail)
        waiting.shift()?.(mail)
        callback()
      }, callback)
    },
  })
  const listening = server.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const address = listening.address()
  if (typeof address !== 'object' || address === null) throw new Error('the mail server has no port')

  return {
    url: `smtp://127.0.0.1:${address.port}`,
    received,
    async next() {
      asked += 1
      const known = received[asked - 1]
      if (known) return known
      return Promise.race([
        new Promise<ReceivedMail>((resolve) => waiting.push(resolve)),
        new Promise<never>((_, reject) => setTimeout(() => reject(new Error('no mail came')), waitMs).unref()),
      ])
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** The text of a mail, its encoding undone. */
export function textOf({ raw }: ReceivedMail): string {
  const body = raw.slice(raw.indexOf('\r\n\r\n') + 4)
  if (/^content-transfer-encoding: base64/im.test(raw)) return Buffer.from(body, 'base64').toString()
  if (!/^content-transfer-encoding: quoted-printable/im.test(raw)) return body
  const bytes = body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => `%${hex}`)
  return decodeURIComponent(bytes)
}
