import { Button } from '@chakra-ui/react'
import { ApiError } from '@parley/client/api-error'
import type { Profile } from '@parley/protocol/people'
import type { FormEvent } from 'react'
import { useSelector } from 'react-redux'
import { useErrorText } from '../../errors/error-text.ts'
import { useAppDispatch } from '../../realtime/client-context.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { TextArea, TextField } from '../../ui/text-field.tsx'
import { usernameProblem } from '../identity/account-rules.ts'
import { selectProfile } from '../identity/identity-slice.ts'
import { AvatarField } from './avatar-field.tsx'
import { EmailBanner } from './email-banner.tsx'
import { saveProfile } from './save-profile.ts'

const editable = ['displayName', 'username', 'status', 'bio', 'wechat', 'qq', 'github'] as const

type Field = (typeof editable)[number]
type Draft = Record<Field, string>
type Problems = Partial<Record<Field | 'form', string>>

const draftOf = (profile: Profile): Draft => ({
  displayName: profile.displayName,
  username: profile.username,
  status: profile.status,
  bio: profile.bio,
  wechat: profile.wechat,
  qq: profile.qq,
  github: profile.github,
})

/** Only what was changed is sent, so that two devices do not undo each other. */
const changesOf = (draft: Draft, profile: Profile): Partial<Draft> =>
  Object.fromEntries(
    editable.filter((name) => draft[name].trim() !== profile[name]).map((name) => [name, draft[name].trim()]),
  )

export function ProfileSection() {
  const profile = useSelector(selectProfile)
  return profile && <ProfileForm profile={profile} />
}

function ProfileForm({ profile }: { profile: Profile }) {
  const { t } = useTranslation(['settings', 'identity'])
  const dispatch = useAppDispatch()
  const errorText = useErrorText()
  const [draft, setDraft] = useState(() => draftOf(profile))
  const [problems, setProblems] = useState<Problems>({})
  const [state, setState] = useState<'idle' | 'saving' | 'saved'>('idle')
  const changes = changesOf(draft, profile)
  const changed = Object.keys(changes).length > 0

  const check = (): Problems => {
    const username = usernameProblem(draft.username.trim())
    return {
      ...(!draft.displayName.trim() && { displayName: t('profile.nameMissing') }),
      ...(username && { username: t(`identity:problem.${username}`) }),
    }
  }

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const found = check()
    setProblems(found)
    if (!changed || Object.keys(found).length > 0) return
    setState('saving')
    try {
      await dispatch(saveProfile(changes))
      setState('saved')
    } catch (error) {
      const taken = error instanceof ApiError && error.code === 'USERNAME_IN_USE'
      setProblems({ [taken ? 'username' : 'form']: errorText(error) })
      setState('idle')
    }
  }

  const field = (name: Field, maxLength: number) => ({
    label: t(`profile.${name}`),
    name,
    maxLength,
    value: draft[name],
    error: problems[name],
    onChange: ({ target }: { target: { value: string } }) => {
      setDraft({ ...draft, [name]: target.value })
      setProblems({ ...problems, [name]: undefined, form: undefined })
      setState('idle')
    },
  })

  return (
    <form onSubmit={submit} className="flex flex-col gap-5">
      <EmailBanner />
      <AvatarField profile={profile} />
      <TextField {...field('displayName', 60)} autoComplete="name" />
      <TextField {...field('username', 32)} autoComplete="username" autoCapitalize="none" spellCheck={false} />
      <TextField {...field('status', 100)} hint={t('profile.statusHint')} />
      <TextArea {...field('bio', 500)} rows={4} />
      <fieldset className="flex flex-col gap-5">
        <legend className="text-faint border-subtle mb-5 w-full border-t pt-5 text-sm">
          {t('profile.contactHint')}
        </legend>
        <TextField label={t('profile.email')} value={profile.email} readOnly />
        <div className="grid gap-5 md:grid-cols-3">
          <TextField {...field('wechat', 64)} />
          <TextField {...field('qq', 32)} inputMode="numeric" />
          <TextField {...field('github', 64)} />
        </div>
      </fieldset>
      <FormError message={problems.form} />
      <div className="flex items-center gap-3">
        <Button type="submit" disabled={!changed || state === 'saving'}>
          {state === 'saving' ? t('saving') : t('save')}
        </Button>
        <span role="status" className="text-muted text-sm">
          {state === 'saved' && !changed && t('saved')}
        </span>
      </div>
    </form>
  )
}
