import { Button } from '@chakra-ui/react'
import type { Profile } from '@parley/protocol/people'
import type { ChangeEvent } from 'react'
import { useErrorText } from '../../errors/error-text.ts'
import { useAppDispatch, useClient } from '../../realtime/client-context.tsx'
import { Avatar } from '../../ui/avatar.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { avatarSource } from '../people/use-user.ts'
import { saveProfile } from './save-profile.ts'

/** One's picture: uploaded and kept at once, without the form's button. */
export function AvatarField({ profile }: { profile: Profile }) {
  const { t } = useTranslation('settings')
  const client = useClient()
  const dispatch = useAppDispatch()
  const errorText = useErrorText()
  const picker = useRef<HTMLInputElement>(null)
  const [share, setShare] = useState<number | null>(null)
  const [problem, setProblem] = useState<string>()

  const change = async (save: () => Promise<void>) => {
    setProblem(undefined)
    try {
      await save()
    } catch (error) {
      setProblem(errorText(error))
    } finally {
      setShare(null)
    }
  }
  const pick = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const file = target.files?.[0]
    target.value = ''
    if (!file) return
    setShare(0)
    await change(async () => {
      const { id } = await client.upload({ file, name: file.name, scene: 'avatar' }, { onProgress: setShare })
      await dispatch(saveProfile({ image: id }))
    })
  }

  return (
    <div className="flex flex-wrap items-center gap-4">
      <Avatar id={profile.id} name={profile.displayName} src={avatarSource(profile)} size="xl" />
      <div className="flex flex-col gap-2">
        <div className="flex flex-wrap gap-2">
          <input
            ref={picker}
            type="file"
            accept="image/png,image/jpeg,image/webp,image/gif,image/avif"
            aria-label={t('profile.picture')}
            tabIndex={-1}
            onChange={pick}
            className="sr-only"
          />
          <Button variant="outline" disabled={share !== null} onClick={() => picker.current?.click()}>
            {share === null ? t('profile.pickPicture') : t('profile.uploading', { percent: Math.round(share * 100) })}
          </Button>
          {profile.image && share === null && (
            <Button
              variant="ghost"
              colorPalette="danger"
              onClick={() => change(() => dispatch(saveProfile({ image: null })))}
            >
              {t('profile.removePicture')}
            </Button>
          )}
        </div>
        <FormError message={problem} />
      </div>
    </div>
  )
}
