import { useKeyGroup } from '../../ui/shortcuts.ts'

/** Names the keys of messages in the help sheet; `use-row-keys.ts` and `use-composing.ts` listen to them. */
export function useMessageKeys(canPost: boolean) {
  const { t } = useTranslation('messages')
  const group = useMemo(() => {
    const hint = (keys: string, description: string) => ({ keys, description })
    const posting = [hint('R', t('action.reply')), hint('E', t('keys.edit')), hint('ArrowUp', t('keys.editLast'))]
    return {
      title: t('keys.title'),
      hints: [
        hint('ArrowUp+ArrowDown', t('keys.move')),
        ...(canPost ? posting : []),
        hint('Enter', t('keys.menu')),
        hint('Escape', t('keys.leave')),
      ],
    }
  }, [t, canPost])
  useKeyGroup(group)
}
