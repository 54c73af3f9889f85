import { createToaster, Toast, Toaster as ChakraToaster } from '@chakra-ui/react'
import { X } from 'lucide-react'

export const toaster = createToaster({ placement: 'bottom', duration: 5_000, max: 3 })

/** Where toasts appear. Loaded with the first of them. */
export default function Toaster() {
  const { t } = useTranslation('ui')
  return (
    <ChakraToaster toaster={toaster}>
      {(toast) => (
        <Toast.Root>
          <Toast.Title>{toast.title}</Toast.Title>
          {toast.action && <Toast.ActionTrigger>{toast.action.label}</Toast.ActionTrigger>}
          <Toast.CloseTrigger aria-label={t('close')} className="grid size-9 flex-none place-items-center">
            <X className="icon" />
          </Toast.CloseTrigger>
        </Toast.Root>
      )}
    </ChakraToaster>
  )
}
