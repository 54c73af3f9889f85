import type { WorkspaceStatus } from '@parley/protocol/workspaces'
import { permissionDenied } from '../../platform/http/errors.ts'

/** Whether people may work in a workspace of this status. */
export const isOpen = (status: WorkspaceStatus): boolean => status === 'active' || status === 'trial'

export const workspaceClosed = () =>
  permissionDenied('This workspace is suspended. Its administrators can say why.', 'workspace-closed')
