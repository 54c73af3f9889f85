import type { Dialect } from '../dialects/conversation.ts'
import type { EndpointName } from './endpoints.ts'

/** Whether an endpoint speaks a dialect that can be translated. */
export const isDialect = (name: EndpointName): name is Exclude<Dialect, 'gemini'> & EndpointName =>
  name === 'chat' || name === 'responses' || name === 'messages'

/** The dialect a channel is spoken to in, where it is not the client's. */
export const foreignDialect = (name: EndpointName, dialect: Dialect | null): Dialect | null =>
  dialect !== null && isDialect(name) && dialect !== name ? dialect : null
