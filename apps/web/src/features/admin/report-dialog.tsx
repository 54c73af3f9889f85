import { Button } from '@chakra-ui/react'
import {
  getReport,
  resolveReport,
  type Report,
  type ReportAction,
  type ReportedMessage,
} from '@parley/protocol/moderation'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { TextArea } from '../../ui/text-field.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'

const spans = { hour: 60, day: 24 * 60, week: 7 * 24 * 60 }
type Span = keyof typeof spans
const spanNames: readonly Span[] = ['hour', 'day', 'week']

interface ReportDialogProps {
  reportId: string
  onClose: () => void
  onResolved: () => void
}

/** A report with the message it is about, and what to do about it. */
export function ReportDialog({ reportId, onClose, onResolved }: ReportDialogProps) {
  const { t } = useTranslation('admin')
  const { rest } = useClient()
  const errorText = useErrorText()
  const loaded = useLoaded(
    useCallback(
      (signal: AbortSignal) => rest.call(getReport, { params: { id: reportId } }, { signal }),
      [rest, reportId],
    ),
  )
  return (
    <Dialog title={t('reports.title')} size="md" onClose={onClose}>
      {loaded.status === 'loading' && <SkeletonRows rows={3} avatar={false} />}
      {loaded.status === 'failed' && <ErrorState message={errorText(loaded.error)} onRetry={loaded.retry} />}
      {loaded.status === 'ready' && (
        <div className="flex flex-col gap-4">
          <Facts report={loaded.data.report} message={loaded.data.message} />
          {loaded.data.report.status === 'open' && (
            <Resolve
              report={loaded.data.report}
              onDone={() => {
                onResolved()
                onClose()
              }}
            />
          )}
        </div>
      )}
    </Dialog>
  )
}

function Facts({ report, message }: { report: Report; message: ReportedMessage | null }) {
  const { t } = useTranslation('admin')
  return (
    <>
      <p>{t('reports.says', { reporter: report.reporter.displayName, subject: report.subject.displayName })}</p>
      <blockquote className="border-strong border-l-2 pl-3 break-words whitespace-pre-wrap">{report.reason}</blockquote>
      {message && (
        <section className="bg-code flex flex-col gap-1 rounded-md p-3">
          <h3 className="text-muted text-sm">
            {message.roomName === '' ? t('reports.inPrivate') : t('reports.inRoom', { room: message.roomName })}
          </h3>
          <p className="max-h-60 overflow-y-auto break-words whitespace-pre-wrap">
            <Said body={message.body} />
          </p>
        </section>
      )}
      {report.resolvedBy && report.action && (
        <p className="text-muted text-sm">
          {t('reports.resolvedBy', { name: report.resolvedBy.displayName, action: t(`reports.done.${report.action}`) })}
        </p>
      )}
    </>
  )
}

/** The words of a message, or what it is where it has none. */
function Said({ body }: { body: ReportedMessage['body'] }) {
  const { t } = useTranslation('admin')
  if (body.kind === 'text') return body.text
  if (body.kind === 'media') return [body.caption, ...body.files.map(({ name }) => name)].filter(Boolean).join('\n')
  return <span className="text-muted">{t(body.kind === 'recall' ? 'reports.recalled' : 'reports.wordless')}</span>
}

function Resolve({ report, onDone }: { report: Report; onDone: () => void }) {
  const { t } = useTranslation('admin')
  const { rest } = useClient()
  const errorText = useErrorText()
  const [note, setNote] = useState('')
  const [span, setSpan] = useState<Span>('day')
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const actions: ReportAction[] = ['warn', 'mute', ...(report.seq === null ? [] : (['remove'] as const)), 'disable']

  const resolve = async (action: ReportAction) => {
    setBusy(true)
    setProblem(undefined)
    try {
      await rest.call(resolveReport, {
        params: { id: report.id },
        body: {
          action,
          ...(note.trim() && { note: note.trim() }),
          ...(action === 'mute' && { muteMinutes: spans[span] }),
        },
      })
      onDone()
    } catch (error) {
      setProblem(errorText(error))
      setBusy(false)
    }
  }
  return (
    <div className="flex flex-col gap-3">
      <TextArea
        label={t('reports.note')}
        hint={t('reports.noteHint')}
        rows={2}
        maxLength={500}
        value={note}
        onChange={({ target }) => setNote(target.value)}
      />
      <SelectField
        label={t('reports.muteFor')}
        value={span}
        options={spanNames.map((value) => ({ value, label: t(`reports.span.${value}`) }))}
        onChange={setSpan}
      />
      <FormError message={problem} />
      <div className="flex flex-wrap gap-2">
        <Button variant="outline" disabled={busy} onClick={() => void resolve('none')}>
          {t('reports.do.none')}
        </Button>
        {actions.map((action) => (
          <Button
            key={action}
            variant={action === 'warn' ? 'solid' : 'outline'}
            {...(action === 'disable' && { colorPalette: 'danger' })}
            disabled={busy}
            onClick={() => void resolve(action)}
          >
            {t(`reports.do.${action}`)}
          </Button>
        ))}
      </div>
    </div>
  )
}
