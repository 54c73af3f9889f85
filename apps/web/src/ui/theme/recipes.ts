import { defineRecipe, defineSlotRecipe } from '@chakra-ui/react'
import { dialogAnatomy, menuAnatomy, popoverAnatomy, switchAnatomy, toastAnatomy } from '@chakra-ui/react/anatomy'

const touch = '@media (pointer: coarse)'

/** Of what can be pressed or written in: stands out from what merely divides. */
const controlBorder = 'color-mix(in srgb, {colors.border.strong} 40%, {colors.border.subtle})'

const buttonRecipe = defineRecipe({
  className: 'button',
  base: {
    colorPalette: 'accent',
    display: 'inline-flex',
    alignItems: 'center',
    justifyContent: 'center',
    gap: '2',
    flexShrink: 0,
    borderRadius: 'md',
    borderWidth: '1px',
    borderColor: 'transparent',
    fontWeight: 'semibold',
    whiteSpace: 'nowrap',
    userSelect: 'none',
    transition: 'background-color 120ms, opacity 120ms',
    '& svg': { width: '18px', height: '18px', strokeWidth: '1.75', flex: 'none' },
    _disabled: { opacity: 0.55, cursor: 'not-allowed' },
  },
  variants: {
    variant: {
      solid: {
        bg: 'colorPalette.solid',
        color: 'colorPalette.contrast',
        '&:hover:not(:disabled)': { bg: 'color-mix(in srgb, {colors.colorPalette.solid} 90%, {colors.fg.default})' },
      },
      outline: {
        borderColor: controlBorder,
        bg: 'bg.raised',
        color: 'fg.default',
        '&:hover:not(:disabled)': { bg: 'bg.hover' },
      },
      ghost: { color: 'colorPalette.solid', '&:hover:not(:disabled)': { bg: 'bg.hover' } },
      plain: {
        color: 'colorPalette.solid',
        px: '0',
        textDecoration: 'underline',
        textUnderlineOffset: '3px',
      },
    },
    size: {
      sm: { height: '9', minW: '9', px: '3', textStyle: 'sm', [touch]: { height: '11', minW: '11' } },
      md: { height: '10', minW: '10', px: '4', textStyle: 'md', [touch]: { height: '11' } },
      lg: { height: '11', px: '5', textStyle: 'md' },
    },
  },
  defaultVariants: { variant: 'solid', size: 'sm' },
})

const fieldBase = {
  width: 'full',
  minW: '0',
  px: '3',
  borderRadius: 'md',
  borderWidth: '1px',
  borderColor: controlBorder,
  bg: 'bg.raised',
  color: 'fg.default',
  textStyle: 'md',
  transition: 'border-color 120ms',
  _placeholder: { color: 'fg.faint', opacity: 1 },
  _hover: { borderColor: 'border.strong' },
  _focusVisible: { borderColor: 'accent', outline: '2px solid', outlineColor: 'accent', outlineOffset: '-1px' },
  _invalid: { borderColor: 'danger' },
  _readOnly: { bg: 'bg.canvas', color: 'fg.muted' },
  _disabled: { opacity: 0.55, cursor: 'not-allowed' },
} as const

const inputRecipe = defineRecipe({
  className: 'input',
  base: { ...fieldBase, height: '10', [touch]: { height: '11' } },
})

const textareaRecipe = defineRecipe({
  className: 'textarea',
  base: { ...fieldBase, py: '2', minHeight: '20', resize: 'vertical' },
})

const dialogRecipe = defineSlotRecipe({
  className: 'dialog',
  slots: dialogAnatomy.keys(),
  base: {
    backdrop: {
      position: 'fixed',
      inset: 0,
      bg: 'bg.scrim',
      zIndex: 'modal',
      _open: { animation: 'fade-in 140ms ease-out' },
      _closed: { animation: 'fade-out 120ms ease-in' },
    },
    positioner: {
      position: 'fixed',
      inset: 0,
      zIndex: 'modal',
      display: 'flex',
      justifyContent: 'center',
      alignItems: { base: 'flex-end', md: 'flex-start' },
      paddingTop: { base: '12', md: '12vh' },
      paddingInline: { base: '0', md: '4' },
      paddingBottom: { base: '0', md: '8' },
    },
    content: {
      display: 'flex',
      flexDirection: 'column',
      width: 'full',
      maxHeight: 'full',
      bg: 'bg.raised',
      color: 'fg.default',
      borderRadius: 'lg',
      borderBottomRadius: { base: '0', md: 'lg' },
      borderWidth: '1px',
      borderColor: 'border.subtle',
      boxShadow: 'raised',
      outline: 0,
      paddingBottom: { base: 'env(safe-area-inset-bottom)', md: '0' },
      _open: { animation: { base: 'sheet-in 180ms ease-out', md: 'rise-in 140ms ease-out' } },
      _closed: { animation: 'fade-out 120ms ease-in' },
    },
    header: { display: 'flex', alignItems: 'center', gap: '2', ps: '5', pe: '3', pt: '3', minHeight: '12' },
    title: { textStyle: 'lg', fontWeight: 'semibold', flex: 1, minW: '0' },
    description: { textStyle: 'md', color: 'fg.muted' },
    body: { px: '5', py: '2', overflowY: 'auto', flex: '1 1 auto', minHeight: '0' },
    footer: { display: 'flex', justifyContent: 'flex-end', gap: '2', px: '5', pt: '3', pb: '5' },
  },
  variants: {
    size: {
      sm: { content: { maxW: '420px' } },
      md: { content: { maxW: '560px' } },
      lg: { content: { maxW: '800px' } },
    },
  },
  defaultVariants: { size: 'sm' },
})

const floating = {
  bg: 'bg.raised',
  color: 'fg.default',
  borderWidth: '1px',
  borderColor: 'border.subtle',
  borderRadius: 'md',
  boxShadow: 'raised',
  zIndex: 'popover',
  outline: 0,
  _open: { animation: 'rise-in 120ms ease-out' },
  _closed: { animation: 'fade-out 120ms ease-in' },
} as const

const menuRecipe = defineSlotRecipe({
  className: 'menu',
  slots: menuAnatomy.keys(),
  base: {
    content: {
      ...floating,
      minW: '48',
      maxW: '80',
      maxHeight: 'var(--available-height)',
      overflowY: 'auto',
      padding: '1',
    },
    item: {
      display: 'flex',
      alignItems: 'center',
      gap: '2.5',
      minHeight: '9',
      px: '2.5',
      borderRadius: 'sm',
      textStyle: 'md',
      cursor: 'pointer',
      userSelect: 'none',
      [touch]: { minHeight: '11' },
      _highlighted: { bg: 'bg.hover' },
      _disabled: { opacity: 0.5, cursor: 'not-allowed' },
      '&[data-danger]': { color: 'danger' },
      '& svg': { width: '18px', height: '18px', strokeWidth: '1.75', flex: 'none', color: 'fg.muted' },
      '&[data-danger] svg': { color: 'danger' },
    },
    itemCommand: { ms: 'auto', ps: '4', textStyle: 'xs', color: 'fg.faint' },
    itemGroupLabel: { px: '2.5', py: '1.5', textStyle: 'xs', fontWeight: 'semibold', color: 'fg.faint' },
    separator: { height: '1px', borderWidth: '0', bg: 'border.subtle', my: '1', mx: '-1' },
  },
})

const popoverRecipe = defineSlotRecipe({
  className: 'popover',
  slots: popoverAnatomy.keys(),
  base: {
    content: { ...floating, borderRadius: 'lg', display: 'flex', flexDirection: 'column', width: '80', maxW: '90vw' },
    body: { padding: '4' },
  },
})

const switchRecipe = defineSlotRecipe({
  className: 'switch',
  slots: switchAnatomy.keys(),
  base: {
    root: { display: 'flex', alignItems: 'center', gap: '4', cursor: 'pointer', minHeight: '9', width: 'full' },
    label: { flex: 1, minW: '0', textStyle: 'md' },
    control: {
      width: '36px',
      height: '20px',
      flex: 'none',
      borderRadius: 'full',
      padding: '2px',
      bg: 'border.strong',
      transition: 'background-color 120ms',
      _checked: { bg: 'accent' },
      _disabled: { opacity: 0.55 },
      _focusVisible: { outline: '2px solid', outlineColor: 'accent', outlineOffset: '2px' },
    },
    thumb: {
      display: 'block',
      width: '16px',
      height: '16px',
      borderRadius: 'full',
      bg: 'bg.raised',
      transition: 'transform 120ms',
      _checked: { transform: 'translateX(16px)' },
    },
  },
})

const toastRecipe = defineSlotRecipe({
  className: 'toast',
  slots: toastAnatomy.keys(),
  base: {
    root: {
      display: 'flex',
      alignItems: 'center',
      gap: '3',
      minHeight: '11',
      ps: '4',
      pe: '1.5',
      py: '1',
      minW: '72',
      maxW: 'min(480px, calc(100vw - 32px))',
      bg: 'fg.default',
      color: 'bg.raised',
      borderRadius: 'md',
      boxShadow: 'raised',
      textStyle: 'md',
      translate: 'var(--x) var(--y)',
      scale: 'var(--scale)',
      zIndex: 'var(--z-index)',
      height: 'var(--height)',
      opacity: 'var(--opacity)',
      willChange: 'translate, opacity, scale',
      transition: 'translate 180ms, scale 180ms, opacity 180ms',
    },
    title: { flex: 1, minW: '0', py: '1.5' },
    actionTrigger: {
      height: '9',
      px: '3',
      borderRadius: 'sm',
      fontWeight: 'semibold',
      textDecoration: 'underline',
      textUnderlineOffset: '3px',
    },
  },
})

/** Only the recipes of the components in use: Chakra's whole set would be half of the first load. */
export const recipes = { button: buttonRecipe, input: inputRecipe, textarea: textareaRecipe }

export const slotRecipes = {
  dialog: dialogRecipe,
  menu: menuRecipe,
  popover: popoverRecipe,
  switch: switchRecipe,
  toast: toastRecipe,
}
