import type { ComponentProps } from 'react'

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'aria-label'> {
  /** Its name, for assistive technology and the tooltip. */
  label: string
  /** Keys that do the same, as in `Mod+K`; see shortcuts.ts. */
  shortcut?: string
  /** A toggle that is on. */
  active?: boolean
}

/** A button that shows an icon only. The tooltip layer reads its name and keys, so a list of thousands costs nothing. */
export function IconButton({ label, shortcut, active, className = '', ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      aria-pressed={active}
      data-tooltip={label}
      data-shortcut={shortcut}
      className={`text-muted hover:bg-hover hover:text-fg aria-pressed:bg-hover aria-pressed:text-fg aria-expanded:bg-hover grid size-9 flex-none place-items-center rounded-md transition-colors duration-120 disabled:pointer-events-none disabled:opacity-50 pointer-coarse:size-11 [&_svg]:icon ${className}`}
      {...rest}
    />
  )
}
