import type { RequestOf } from '@parley/protocol/contract'
import {
  isOpen,
  type createWorkspace,
  type listWorkspaces,
  type updateWorkspace,
  type Workspace,
} from '@parley/protocol/workspaces'
import { Type } from 'typebox'
import { recordAudit } from '../../platform/audit.ts'
import { isDuplicateOf } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { createCursor, pageOf } from '../../platform/http/cursor.ts'
import { AppError, conflict, notFound } from '../../platform/http/errors.ts'
import type { WorkspaceDependencies } from './dependencies.ts'
import * as store from './store.ts'

const pageRows = 50
const position = createCursor(Type.Tuple([Type.String(), Type.String()]))

/** What the installation's super admin, and for its name the workspace's own administrator, does with workspaces. */
export function createManage({
  db,
  events,
  enterWorkspace,
}: Pick<WorkspaceDependencies, 'db' | 'events' | 'enterWorkspace'>) {
  async function read(workspaceId: string): Promise<Workspace> {
    const workspace = await store.readWorkspace(db, workspaceId)
    if (!workspace) throw notFound('This workspace')
    return workspace
  }

  return {
    read,
    async list({ query, status, cursor }: RequestOf<typeof listWorkspaces>['query']) {
      const filter = { after: position.read(cursor), text: query?.trim(), status, limit: pageRows + 1 }
      const rows = await store.findWorkspaces(db, filter)
      return pageOf(rows, pageRows, ({ name, id }) => position.write([name, id]))
    },
    async create(actor: Actor, wanted: RequestOf<typeof createWorkspace>['body']): Promise<Workspace> {
      const { name, slug, status = 'active', membersMax = null, storageBytesMax = null } = wanted
      const workspaceId = await db
        .transaction(async (tx) => {
          const account = await store.findAccount(tx, actor.userId)
          if (!account) throw new AppError('USER_NOT_FOUND', 'This account does not exist.')
          const made = { name: name.trim(), slug, status, membersMax, storageBytesMax }
          const id = await store.insertWorkspace(tx, made)
          const admin = await enterWorkspace(tx, account, { workspaceId: id, role: 'admin' })
          const entry = { workspaceId: id, actorId: admin.id, targetKind: 'workspace', targetId: id }
          await recordAudit(tx, { ...entry, action: 'workspace.made', after: made })
          return id
        })
        .catch((error: unknown) => {
          if (!isDuplicateOf(error, 'workspaces_slug')) throw error
          throw conflict('Another workspace has this short name.', 'slug-taken')
        })
      return read(workspaceId)
    },
    /** Changes a workspace and, once that is committed, tells of a new status. */
    async change(
      actor: Actor,
      workspaceId: string,
      change: RequestOf<typeof updateWorkspace>['body'],
    ): Promise<Workspace> {
      const closes = change.status !== undefined && !isOpen(change.status)
      if (closes && workspaceId === actor.workspaceId) {
        throw conflict('You are in this workspace. Switch to another one to close it.', 'own-workspace')
      }
      const turned = await db.transaction(async (tx) => {
        const before = await store.lockWorkspace(tx, workspaceId)
        if (!before) throw notFound('This workspace')
        await store.changeWorkspace(tx, workspaceId, change)
        const changed = Object.keys(change)
        const old = Object.fromEntries(Object.entries(before).filter(([key]) => changed.includes(key)))
        const entry = { workspaceId, actorId: actor.userId, targetKind: 'workspace', targetId: workspaceId }
        await recordAudit(tx, { ...entry, action: 'workspace.changed', before: old, after: change })
        return change.status !== undefined && change.status !== before.status ? change.status : null
      })
      if (turned) events.emit('workspace.changed', { workspaceId, status: turned })
      return read(workspaceId)
    },
  }
}
