import type { Static, TSchema } from 'typebox'
import type { Requirement } from './access.ts'

/** Fields of a request, by where they travel. `fields` may come in the body or in the query (DELETE has both habits). */
interface ContractInput {
  params?: TSchema
  query?: TSchema
  body?: TSchema
  fields?: TSchema
}

interface Endpoint extends ContractInput {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Path under the origin, with `:name` parameters. */
  path: string
  /** One line for the API reference: what it does for a person. */
  summary: string
  /** The capability's name, which groups the endpoints in the API reference. */
  tag: string
  /** Status of success. */
  status: 200 | 201 | 202 | 204
  /** Body of success; absent where there is none (204) or where it is not JSON. */
  response?: TSchema
  /** Media type of success where it is not JSON. */
  produces?: string
}

/** Whether it takes an access token, and what its actor must be permitted: a contract that forgets to say does not compile. */
type Guard =
  | { auth: 'public'; permission?: never }
  | {
      auth: 'session'
      /** What the actor must be permitted before the request is looked at. */ permission: Requirement
    }

/** One REST endpoint: the API registers it, the client calls it, and OpenAPI describes it from this one value. */
export type Contract = Endpoint & Guard

/** Declares a contract, keeping the exact types of its schemas. */
export const contract = <const C extends Contract>(definition: C): C => definition

type StaticOf<S> = S extends TSchema ? Static<S> : undefined

/** What a caller of contract `C` hands over. */
export type RequestOf<C extends Contract> = {
  [Part in keyof ContractInput as C[Part] extends TSchema ? Part : never]-?: StaticOf<C[Part]>
}

/** What contract `C` answers on success. */
export type ResponseOf<C extends Contract> = C['response'] extends TSchema ? Static<C['response']> : undefined
