import type { SystemBody } from '@parley/protocol/messages'
import { useUsers } from '../people/use-user.ts'

const namedMax = 3

/** What happened to a room, as a sentence with names. */
export function useSystemText(row: { body: SystemBody; senderId: string } | null): string {
  const { t, i18n } = useTranslation('messages')
  const affected = row?.body.userIds ?? []
  const users = useUsers(row ? [row.senderId, ...affected.slice(0, namedMax)] : [])
  if (!row) return ''
  const [actor, ...others] = users.map((user) => user?.displayName ?? '…')
  const more = affected.length - others.length
  const list = more > 0 ? [...others, t('system.more', { count: more })] : others
  const names = new Intl.ListFormat(i18n.language, { type: 'conjunction' }).format(list)
  const { action, name = '', role } = row.body
  const values = { actor: actor ?? '', names, name }
  if (action !== 'role.changed') return t(`system.${action}`, values)
  return t(role === 'admin' ? 'system.role.admin' : 'system.role.member', values)
}
