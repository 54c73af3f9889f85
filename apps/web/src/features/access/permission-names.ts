import { actions, builtInRoleNames, resources, type Action, type Resource } from '@parley/protocol/access'
import type { Role } from '@parley/protocol/access-contracts'

/** What permissions are about, everything at once included. */
export const subjects = ['*', ...resources] as const
export type Subject = '*' | Resource

/** Manages a thing whole: what `*` stands for where an action is named. */
const whole: Action = 'admin'

/** A permission with one of the four actions in it; `rooms:*` is the same as `rooms:admin`. */
export function partsOf(permission: string): { subject: Subject; action: Action } {
  const [subject, action] = permission.split(':')
  return {
    subject: subjects.find((each) => each === subject) ?? '*',
    action: actions.find((each) => each === action) ?? whole,
  }
}

export const permissionOf = (subject: Subject, action: Action) => `${subject}:${action}`

/** Permissions named in the reader's language. */
export const usePermissionName = () => {
  const { t } = useTranslation('access')
  return useCallback(
    (permission: string) => {
      const { subject, action } = partsOf(permission)
      return t('permission', {
        resource: t(`resource.${subject === '*' ? 'all' : subject}`),
        action: t(`action.${action}`),
      })
    },
    [t],
  )
}

/** Roles named in the reader's language: a built-in one by a word of theirs. */
export const useRoleName = () => {
  const { t } = useTranslation('access')
  return useCallback(
    ({ key, name }: Pick<Role, 'key' | 'name'>) => {
      const builtIn = builtInRoleNames.find((each) => each === key)
      return builtIn ? t(`builtIn.${builtIn}`) : name
    },
    [t],
  )
}
