import type access from '../features/access/locales/en.json'
import type admin from '../features/admin/locales/en.json'
import type app from '../app/locales/en.json'
import type errors from '../errors/locales/en.json'
import type files from '../features/files/locales/en.json'
import type identity from '../features/identity/locales/en.json'
import type messages from '../features/messages/locales/en.json'
import type moderation from '../features/moderation/locales/en.json'
import type people from '../features/people/locales/en.json'
import type relay from '../features/relay/locales/en.json'
import type rooms from '../features/rooms/locales/en.json'
import type settings from '../features/settings/locales/en.json'
import type ui from '../ui/locales/en.json'
import type workspaces from '../features/workspaces/locales/en.json'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'ui'
    resources: {
      access: typeof access
      admin: typeof admin
      app: typeof app
      errors: typeof errors
      files: typeof files
      identity: typeof identity
      messages: typeof messages
      moderation: typeof moderation
      people: typeof people
      relay: typeof relay
      rooms: typeof rooms
      settings: typeof settings
      ui: typeof ui
      workspaces: typeof workspaces
    }
  }
}
