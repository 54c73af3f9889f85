import { Button, Dialog as ChakraDialog, Portal } from '@chakra-ui/react'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { IconButton } from './icon-button.tsx'

interface DialogProps {
  title: string
  onClose: () => void
  children: ReactNode
  /** Buttons, the main one last. */
  footer?: ReactNode
  size?: 'sm' | 'md' | 'lg'
}

/** Rendered while open. Keeps the focus, closes with Escape and gives the focus back. */
export function Dialog({ title, onClose, children, footer, size = 'sm' }: DialogProps) {
  const { t } = useTranslation('ui')
  const content = useRef<HTMLDivElement>(null)
  // What the dialog is for comes first, not the button that closes it.
  const firstControl = () =>
    content.current?.querySelector<HTMLElement>(
      '.dialog__body :is(input, textarea, select, button), .dialog__footer button',
    ) ?? content.current
  return (
    <ChakraDialog.Root
      open
      size={size}
      initialFocusEl={firstControl}
      onOpenChange={({ open }) => !open && onClose()}
      // The focus is kept inside; when it strays for a moment, as on a second mount, nobody meant to leave.
      onFocusOutside={(event) => event.preventDefault()}
    >
      <Portal>
        <ChakraDialog.Backdrop />
        <ChakraDialog.Positioner>
          <ChakraDialog.Content ref={content}>
            <ChakraDialog.Header>
              <ChakraDialog.Title>{title}</ChakraDialog.Title>
              <IconButton label={t('close')} onClick={onClose}>
                <X />
              </IconButton>
            </ChakraDialog.Header>
            <ChakraDialog.Body>{children}</ChakraDialog.Body>
            {footer ? <ChakraDialog.Footer>{footer}</ChakraDialog.Footer> : <div className="h-4 flex-none" />}
          </ChakraDialog.Content>
        </ChakraDialog.Positioner>
      </Portal>
    </ChakraDialog.Root>
  )
}

interface ConfirmDialogProps {
  title: string
  /** Names what will be lost. */
  children: ReactNode
  /** The verb on the button. */
  confirmLabel: string
  onConfirm: () => Promise<void> | void
  onClose: () => void
}

/** Asks before what cannot be undone; what can be undone gets an undo in the toast instead. */
export function ConfirmDialog({ title, children, confirmLabel, onConfirm, onClose }: ConfirmDialogProps) {
  const { t } = useTranslation('ui')
  const [busy, setBusy] = useState(false)
  const confirm = async () => {
    setBusy(true)
    try {
      await onConfirm()
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button variant="outline" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button colorPalette="danger" disabled={busy} onClick={confirm}>
            {confirmLabel}
          </Button>
        </>
      }
    >
      <p className="text-muted">{children}</p>
    </Dialog>
  )
}
