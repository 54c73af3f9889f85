import * as contracts from '@parley/protocol/relay'
import * as channelContracts from '@parley/protocol/relay-channels'
import * as modelContracts from '@parley/protocol/relay-models'
import * as settingsContracts from '@parley/protocol/relay-settings'
import * as usageContracts from '@parley/protocol/relay-usage'
import type { Contract } from '@parley/protocol/contract'
import type { FastifyInstance } from 'fastify'
import packageJson from '../../../../package.json' with { type: 'json' }
import { route, type Handler } from '../../../platform/http/route.ts'
import { adminRouteOptions, createScope } from './asker.ts'
import { createChannels } from './channels.ts'
import { createDashboard } from './dashboard.ts'
import type { RelayAdminDependencies } from './dependencies.ts'
import { createGroups } from './groups.ts'
import { createGuardrails, tryOut } from './guardrails.ts'
import { createLogExport } from './log-export.ts'
import { createLogs } from './logs.ts'
import { createModelConfigs } from './model-configs.ts'
import { createSettings } from './settings.ts'
import { createTokens } from './tokens.ts'

const startedAtMs = Math.round(performance.timeOrigin)

const success = <T>(data: T) => ({ success: true as const, data })
const done = { success: true as const }

/** Registers a contract of the admin surface. */
type Register = <const C extends Contract>(contract: C, handler: Handler<C>) => void

/** Groups, tokens, channels, prices, logs and settings of the relay: for administrators, their programs and, in part, members. */
export function createRelayAdmin(dependencies: RelayAdminDependencies) {
  const scopeOf = createScope(dependencies)

  function groupRoutes(on: Register): void {
    const groups = createGroups(dependencies, scopeOf)
    on(contracts.createGroup, async ({ actor, body: { id, ...wanted } }) =>
      success(await groups.create(actor, id, wanted)),
    )
    on(contracts.createNamedGroup, async ({ actor, params, body }) =>
      success(await groups.create(actor, params.group, body)),
    )
    on(contracts.listGroups, async ({ actor, query }) => success(await groups.list(actor, query)))
    on(contracts.getGroup, async ({ actor, params }) => success(await groups.read(actor, params.group)))
    on(contracts.updateGroup, async ({ actor, params, body }) =>
      success(await groups.change(actor, params.group, body)),
    )
    on(contracts.deleteGroup, async ({ actor, params }) => {
      await groups.remove(actor, params.group)
      return done
    })
  }

  function tokenRoutes(on: Register): void {
    const tokens = createTokens(dependencies, scopeOf)
    on(contracts.createToken, async ({ actor, params, body, query }) =>
      success(await tokens.create(actor, params.group, body, query)),
    )
    on(contracts.listTokens, async ({ actor, query }) => success(await tokens.list(actor, query)))
    on(contracts.listGroupTokens, async ({ actor, params, query }) =>
      success(await tokens.listOf(actor, params.group, query)),
    )
    on(contracts.getToken, async ({ actor, params }) => success(await tokens.read(actor, params)))
    on(contracts.updateToken, async ({ actor, params, body }) => success(await tokens.change(actor, params, body)))
    on(contracts.rotateToken, async ({ actor, params, body }) => success(await tokens.rotate(actor, params, body)))
    on(contracts.deleteToken, async ({ actor, params }) => {
      await tokens.remove(actor, params)
      return done
    })
  }

  function channelRoutes(on: Register): void {
    const channels = createChannels(dependencies)
    on(channelContracts.createChannel, async ({ actor, body }) => success(await channels.create(actor, body)))
    on(channelContracts.listChannels, async ({ actor, query }) => success(await channels.list(actor, query)))
    on(channelContracts.getChannel, async ({ actor, params }) => success(await channels.read(actor, params.id)))
    on(channelContracts.updateChannel, async ({ actor, params, body }) =>
      success(await channels.change(actor, params.id, body)),
    )
    on(channelContracts.deleteChannel, async ({ actor, params }) => {
      await channels.remove(actor, params.id)
      return done
    })
    on(channelContracts.testChannel, async ({ actor, params, query }) =>
      success(await channels.test(actor, params.id, query.model)),
    )
  }

  function usageRoutes(on: Register): void {
    const logs = createLogs(dependencies, scopeOf)
    const sendExport = createLogExport(dependencies, scopeOf)
    const dashboard = createDashboard(dependencies, scopeOf)
    on(usageContracts.listLogs, async ({ actor, query }) => success(await logs.list(actor, query)))
    on(usageContracts.listGroupLogs, async ({ actor, params, query }) =>
      success(await logs.listOf(actor, params.group, query)),
    )
    on(usageContracts.exportLogs, ({ actor, query, reply }) => sendExport(actor, query, reply))
    on(usageContracts.getLog, async ({ actor, params }) => success(await logs.read(actor, params.id)))
    on(usageContracts.getDashboard, async ({ actor, query }) => success(await dashboard.all(actor, query)))
    on(usageContracts.getGroupDashboard, async ({ actor, params, query }) =>
      success(await dashboard.of(actor, params.group, query)),
    )
  }

  function modelRoutes(on: Register): void {
    const models = createModelConfigs(dependencies)
    on(modelContracts.listModelConfigs, async ({ actor, query }) => success(await models.list(actor, query)))
    on(modelContracts.getModelConfig, async ({ actor, params }) => success(await models.read(actor, params.model)))
    on(modelContracts.setModelConfig, async ({ actor, params, body }) =>
      success(await models.set(actor, params.model, body)),
    )
    on(modelContracts.deleteModelConfig, async ({ actor, params }) => {
      await models.remove(actor, params.model)
      return done
    })
  }

  function settingsRoutes(on: Register): void {
    const settings = createSettings(dependencies)
    const guardrails = createGuardrails(dependencies)
    on(contracts.getRelayStatus, async () => success({ version: packageJson.version, start_time: startedAtMs }))
    on(settingsContracts.getRelaySettings, async ({ actor }) => success(await settings.read(actor)))
    on(settingsContracts.updateRelaySettings, async ({ actor, body }) => success(await settings.change(actor, body)))
    on(settingsContracts.listGuardrails, async ({ actor, query }) => success(await guardrails.list(actor, query)))
    on(settingsContracts.createGuardrail, async ({ actor, body }) => success(await guardrails.create(actor, body)))
    on(settingsContracts.tryGuardrail, async ({ body }) => success(tryOut(body)))
    on(settingsContracts.updateGuardrail, async ({ actor, params, body }) =>
      success(await guardrails.change(actor, params.id, body)),
    )
    on(settingsContracts.deleteGuardrail, async ({ actor, params }) => {
      await guardrails.remove(actor, params.id)
      return done
    })
  }

  return {
    routes(app: FastifyInstance): void {
      const options = adminRouteOptions(app, dependencies.adminKey)
      const on: Register = (contract, handler) => route(app, contract, handler, options)
      for (const register of [groupRoutes, tokenRoutes, channelRoutes, usageRoutes, modelRoutes, settingsRoutes])
        register(on)
    },
  }
}
