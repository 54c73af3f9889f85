import type { Response } from 'openai/resources/responses/responses'
import type { Json } from './json.ts'

/** `output_text` is made by the client. */
export type ResponseBody = Omit<Response, 'output_text'>

export interface StoredResponse {
  /** As it is once done. */
  whole: ResponseBody
  /** Asked for in the background, it is done when looked at, unless it was cancelled before. */
  status: 'queued' | 'cancelled' | 'done'
  input: Json[]
  texts: string[]
  pieces: string[]
}
