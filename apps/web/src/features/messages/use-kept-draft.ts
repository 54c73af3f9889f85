import { useStore } from 'react-redux'
import { useAppDispatch } from '../../realtime/client-context.tsx'
import { draftWritten, saveDrafts, selectDrafts, type Draft, type DraftsRoot } from './drafts-slice.ts'

const saveAfterMs = 300

/** Writes a room's draft to the store at once, and to the device when the typing pauses or the page goes away. */
export function useKeptDraft(roomId: string) {
  const dispatch = useAppDispatch()
  const store = useStore<DraftsRoot>()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let saved = selectDrafts(store.getState())
    const save = () => {
      timer = undefined
      saved = selectDrafts(store.getState())
      saveDrafts(saved)
    }
    const saveNow = () => {
      clearTimeout(timer)
      if (selectDrafts(store.getState()) !== saved) save()
    }
    const end = store.subscribe(() => {
      if (selectDrafts(store.getState()) !== saved) timer ??= setTimeout(save, saveAfterMs)
    })
    window.addEventListener('pagehide', saveNow)
    return () => {
      end()
      window.removeEventListener('pagehide', saveNow)
      saveNow()
    }
  }, [store])
  return useCallback((draft: Draft) => dispatch(draftWritten({ roomId, draft })), [dispatch, roomId])
}
