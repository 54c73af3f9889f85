import { Button } from '@chakra-ui/react'
import type { Room } from '@parley/protocol/rooms'
import type { ChangeEvent } from 'react'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { RoomTile } from './room-tile.tsx'

interface RoomPictureFieldProps {
  room: Pick<Room, 'image' | 'visibility'>
  /** Keeps the id of the new picture, or null for none. */
  onChange: (image: string | null) => Promise<void> | void
}

/** A room's picture: uploaded at once, then kept by the form around it. */
export function RoomPictureField({ room, onChange }: RoomPictureFieldProps) {
  const { t } = useTranslation('rooms')
  const client = useClient()
  const errorText = useErrorText()
  const picker = useRef<HTMLInputElement>(null)
  const [share, setShare] = useState<number | null>(null)
  const [problem, setProblem] = useState<string>()

  const change = async (image: () => Promise<string | null>) => {
    setProblem(undefined)
    try {
      await onChange(await image())
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
      const { id } = await client.upload({ file, name: file.name, scene: 'room' }, { onProgress: setShare })
      return id
    })
  }

  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-3">
        <RoomTile room={room} />
        <input
          ref={picker}
          type="file"
          accept="image/png,image/jpeg,image/webp,image/gif,image/avif"
          aria-label={t('settings.picture')}
          tabIndex={-1}
          onChange={pick}
          className="sr-only"
        />
        <Button variant="outline" disabled={share !== null} onClick={() => picker.current?.click()}>
          {share === null ? t('settings.pickPicture') : t('settings.uploading', { percent: Math.round(share * 100) })}
        </Button>
        {room.image && share === null && (
          <Button variant="ghost" onClick={() => change(() => Promise.resolve(null))}>
            {t('settings.removePicture')}
          </Button>
        )}
      </div>
      <FormError message={problem} />
    </div>
  )
}
