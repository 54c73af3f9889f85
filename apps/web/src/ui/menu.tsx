import { Menu as ChakraMenu, Portal } from '@chakra-ui/react'
import type { ReactElement, ReactNode } from 'react'
import { formatKeys } from './shortcuts.ts'

export interface MenuItem {
  id: string
  label: string
  icon?: ReactNode
  /** Keys that do the same. */
  shortcut?: string
  danger?: boolean
  disabled?: boolean
  run: () => void
}

interface MenuProps {
  /** The button that opens it. */
  trigger: ReactElement
  /** Groups with a line between them; empty groups are left out. */
  groups: MenuItem[][]
  placement?: 'bottom-end' | 'bottom-start' | 'top-end' | 'top-start' | 'right-end'
  onOpenChange?: (open: boolean) => void
}

/** Works with arrows and letters. Nothing of the list exists before it opens. */
export function Menu({ trigger, groups, placement = 'bottom-end', onOpenChange }: MenuProps) {
  const shown = groups.filter((group) => group.length > 0)
  return (
    <ChakraMenu.Root
      lazyMount
      unmountOnExit
      positioning={{ placement }}
      onOpenChange={({ open }) => onOpenChange?.(open)}
      onSelect={({ value }) => {
        shown
          .flat()
          .find(({ id }) => id === value)
          ?.run()
      }}
    >
      <ChakraMenu.Trigger asChild>{trigger}</ChakraMenu.Trigger>
      <Portal>
        <ChakraMenu.Positioner>
          <ChakraMenu.Content>
            {shown.map((group, index) => (
              <Fragment key={group[0]?.id}>
                {index > 0 && <ChakraMenu.Separator />}
                {group.map(({ id, label, icon, shortcut, danger, disabled }) => (
                  <ChakraMenu.Item key={id} value={id} disabled={disabled} data-danger={danger || undefined}>
                    {icon}
                    {label}
                    {shortcut && <ChakraMenu.ItemCommand>{formatKeys(shortcut).join(' ')}</ChakraMenu.ItemCommand>}
                  </ChakraMenu.Item>
                ))}
              </Fragment>
            ))}
          </ChakraMenu.Content>
        </ChakraMenu.Positioner>
      </Portal>
    </ChakraMenu.Root>
  )
}
