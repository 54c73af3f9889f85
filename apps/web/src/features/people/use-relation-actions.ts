import { useErrorText } from '../../errors/error-text.ts'
import { useAppDispatch, type AppThunk } from '../../realtime/client-context.tsx'
import { showToast } from '../../ui/toast.tsx'
import { relationChanged } from './people-slice.ts'
import { befriend, block, unblock, unfriend } from './relations.ts'

/** What one can do about a relation. Failures are told in passing; an unblock or a refusal can be taken back. */
export const useRelationActions = () => {
  const { t } = useTranslation('people')
  const dispatch = useAppDispatch()
  const errorText = useErrorText()

  const attempt = async (thunk: AppThunk, undo?: { title: string; thunk: AppThunk }) => {
    try {
      await dispatch(thunk)
      if (!undo) return
      await showToast({
        title: undo.title,
        action: { label: t('action.undo'), run: () => void attempt(undo.thunk) },
      })
    } catch (error) {
      await showToast({ title: errorText(error) })
    }
  }

  return {
    ask: (id: string) => attempt(befriend(id)),
    accept: (id: string) => attempt(befriend(id)),
    decline: (id: string) => {
      // Gone from the list at once; a failure brings it back with the next load.
      dispatch(relationChanged({ userId: id, relation: 'none' }))
      return attempt(unfriend(id))
    },
    withdraw: (id: string) => attempt(unfriend(id), { title: t('done.withdrawn'), thunk: befriend(id) }),
    remove: (id: string) => attempt(unfriend(id)),
    shut: (id: string) => attempt(block(id), { title: t('done.blocked'), thunk: unblock(id) }),
    lift: (id: string) => attempt(unblock(id), { title: t('done.unblocked'), thunk: block(id) }),
  }
}
