import { Button } from '@chakra-ui/react'
import type { RelayChannel } from '@parley/protocol/relay-channels'
import { Dialog } from '../../ui/dialog.tsx'
import { TrialResult, useTrial } from './channel-trial.tsx'

/** Tries a channel out as soon as it opens. */
export function TrialDialog({ channel, onClose }: { channel: RelayChannel; onClose: () => void }) {
  const { t } = useTranslation(['relay', 'ui'])
  const { trial, run } = useTrial(channel)
  const begin = useEffectEvent(() => void run())
  useEffect(() => begin(), [])
  return (
    <Dialog
      title={t('channels.testNamed', { name: channel.name })}
      onClose={onClose}
      footer={
        <>
          <Button variant="outline" disabled={trial.state === 'running'} onClick={() => void run()}>
            {t('channels.again')}
          </Button>
          <Button onClick={onClose}>{t('ui:close')}</Button>
        </>
      }
    >
      <TrialResult trial={trial} />
    </Dialog>
  )
}
