import type { FastifyInstance } from 'fastify'
import type { Gateway } from '../../realtime/gateway.ts'
import type { PeopleDependencies } from './dependencies.ts'
import { dropImages } from './image.ts'
import { servePresence } from './presence.ts'
import { announcePeople } from './realtime.ts'
import { peopleRoutes } from './routes.ts'

/** People: profiles, friends, blocks, and who is there. */
export function createPeople(deps: PeopleDependencies) {
  dropImages(deps.events, deps.routeCache)
  let presence: ReturnType<typeof servePresence> | undefined
  return {
    routes: (app: FastifyInstance) => peopleRoutes(app, deps),
    realtime(gateway: Gateway): void {
      announcePeople(gateway, deps.events)
      presence = servePresence(gateway, deps)
    },
    /** Everybody of the installation who is connected. */
    online: async (): Promise<string[]> => (await presence?.everybody()) ?? [],
    close: async () => presence?.close(),
  }
}
