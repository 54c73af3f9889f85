import type { FastifyInstance, FastifyRequest } from 'fastify'
import { RelayRefusal } from '../refusals.ts'
import type { ServeDependencies } from './dependencies.ts'

/** When models were "made" is not known; clients expect a number. */
const created = 0

const isAnthropic = (request: FastifyRequest): boolean => request.headers['anthropic-version'] !== undefined

const openaiModel = (id: string) => ({ id, object: 'model', created, owned_by: 'parley' })

const anthropicModel = (id: string) => ({
  type: 'model',
  id,
  display_name: id,
  created_at: new Date(created).toISOString(),
})

/** The models a token may call, in the shape its client expects. */
export function modelRoutes(relay: FastifyInstance, { channels }: Pick<ServeDependencies, 'channels'>): void {
  async function ownModels({ relayCredential: credential }: FastifyRequest): Promise<string[]> {
    if (!credential) throw new RelayRefusal('key_missing', 'Send your API key.')
    const models = await channels.modelsOf(credential.workspaceId)
    return models.filter(credential.allowsModel)
  }

  relay.get('/models', { schema: { hide: true } }, (request) => listModels(request))

  // Names of models may hold slashes.
  relay.get<{ Params: { '*': string } }>('/models/*', { schema: { hide: true } }, (request) =>
    findModel(request, request.params['*']),
  )

  async function listModels(request: FastifyRequest): Promise<object> {
    const models = await ownModels(request)
    if (!isAnthropic(request)) return { object: 'list', data: models.map(openaiModel) }
    return {
      data: models.map(anthropicModel),
      has_more: false,
      first_id: models[0] ?? null,
      last_id: models.at(-1) ?? null,
    }
  }

  async function findModel(request: FastifyRequest, id: string): Promise<object> {
    const models = await ownModels(request)
    if (!models.includes(id))
      throw new RelayRefusal('model_not_found', `The model “${id}” does not exist.`, { param: 'model' })
    return isAnthropic(request) ? anthropicModel(id) : openaiModel(id)
  }
}
