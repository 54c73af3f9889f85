import type { WorkspaceStatus } from '@parley/protocol/workspaces'

export interface WorkspaceEvents {
  /** The status of a workspace changed. Told after the commit. */
  'workspace.changed': { workspaceId: string; status: WorkspaceStatus }
}
