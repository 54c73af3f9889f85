import type { Dialect, Signature, ThinkingPart } from './conversation.ts'

const sealed = /^(chat|responses|messages|gemini)(!?)#([^]*)$/

function isDialect(name: string | undefined): name is Dialect {
  return name === 'chat' || name === 'responses' || name === 'messages' || name === 'gemini'
}

/** The form in which a client keeps a signature and sends it back: it says who signed, since no other provider takes it. */
export function sealSignature({ by, value }: Signature, redacted = false): string {
  return `${by}${redacted ? '!' : ''}#${value}`
}

/** Reads what a client sent back. A signature that does not say who signed comes from a provider of the client's dialect. */
export function openSignature(text: string, clientDialect: Dialect): Pick<ThinkingPart, 'signature' | 'redacted'> {
  const match = sealed.exec(text)
  const by = match?.[1]
  if (!isDialect(by)) return { signature: { by: clientDialect, value: text } }
  return { signature: { by, value: match?.[3] ?? '' }, ...(match?.[2] === '!' && { redacted: true }) }
}
