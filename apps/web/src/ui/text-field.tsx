import { Input, Textarea, type InputProps, type TextareaProps } from '@chakra-ui/react'
import type { ReactNode, Ref } from 'react'

interface FieldProps {
  label: string
  /** What may stand here, below the field. */
  hint?: string
  /** What is wrong and how to mend it; replaces the hint. */
  error?: string | undefined
  /** Stands at the end of the label's line. */
  aside?: ReactNode
}

const useFieldIds = ({ hint, error }: FieldProps) => {
  const id = useId()
  const noteId = `${id}-note`
  return {
    note: { id: noteId },
    control: { id, 'aria-invalid': Boolean(error), 'aria-describedby': error || hint ? noteId : undefined },
  }
}

function FieldFrame({ label, hint, error, aside, htmlFor, noteId, children }: FieldProps & FieldFrameProps) {
  return (
    <div className="grid grid-cols-[1fr_auto] items-baseline gap-y-1.5">
      <label htmlFor={htmlFor} className="text-sm font-semibold">
        {label}
      </label>
      <div className="col-span-2 row-start-2">{children}</div>
      {(error || hint) && (
        <p
          id={noteId}
          role={error ? 'alert' : undefined}
          className={`col-span-2 row-start-3 text-sm ${error ? 'text-danger' : 'text-muted'}`}
        >
          {error ?? hint}
        </p>
      )}
      {/* After the control, so that Tab goes from field to field. */}
      {aside && <div className="col-start-2 row-start-1 text-sm">{aside}</div>}
    </div>
  )
}

interface FieldFrameProps {
  htmlFor: string
  noteId: string
  children: ReactNode
}

interface TextFieldProps extends FieldProps, InputProps {
  end?: ReactNode
  ref?: Ref<HTMLInputElement>
}

/** A line of text with its label, hint and error; `end` stands inside, at the end. */
export function TextField({ label, hint, error, aside, end, ...input }: TextFieldProps) {
  const { control, note } = useFieldIds({ label, hint, error })
  return (
    <FieldFrame label={label} hint={hint} error={error} aside={aside} htmlFor={control.id} noteId={note.id}>
      <div className="relative">
        <Input {...control} {...input} />
        {end && <div className="absolute inset-y-0 right-0.5 flex items-center">{end}</div>}
      </div>
    </FieldFrame>
  )
}

/** Several lines of text with their label, hint and error. */
export function TextArea({ label, hint, error, aside, ...input }: FieldProps & TextareaProps) {
  const { control, note } = useFieldIds({ label, hint, error })
  return (
    <FieldFrame label={label} hint={hint} error={error} aside={aside} htmlFor={control.id} noteId={note.id}>
      <Textarea {...control} {...input} />
    </FieldFrame>
  )
}
