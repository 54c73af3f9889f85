import { listOwnWorkspaces } from '@parley/protocol/workspaces'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { showToast } from '../../ui/toast.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'

/** The workspaces one is in, and the way to each: the page begins anew there. */
export const useOwnWorkspaces = () => {
  const { rest, session } = useClient()
  const errorText = useErrorText()
  const loaded = useLoaded(useCallback((signal: AbortSignal) => rest.call(listOwnWorkspaces, {}, { signal }), [rest]))
  const open = (workspaceId: string) => {
    session.switchWorkspace(workspaceId).catch((error: unknown) => showToast({ title: errorText(error) }))
  }
  return { loaded, open }
}
