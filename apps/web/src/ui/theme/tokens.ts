import { dark, light } from './palette.ts'

const colour = (name: keyof typeof light) => ({ value: { _light: light[name], _dark: dark[name] } })

/** Tokens that mean something; `index.css` offers the same ones to Tailwind. */
export const semanticTokens = {
  colors: {
    bg: {
      canvas: colour('canvas'),
      panel: colour('panel'),
      raised: colour('raised'),
      hover: colour('hover'),
      own: colour('own'),
      code: colour('code'),
      scrim: colour('scrim'),
    },
    fg: { default: colour('fg'), muted: colour('muted'), faint: colour('faint') },
    border: { subtle: colour('border'), strong: colour('borderStrong') },
    accent: {
      DEFAULT: colour('accent'),
      solid: colour('accent'),
      soft: colour('accentSoft'),
      contrast: colour('accentContrast'),
    },
    danger: { DEFAULT: colour('danger'), solid: colour('danger'), contrast: colour('dangerContrast') },
    success: colour('success'),
    warning: colour('warning'),
    mark: { DEFAULT: colour('mark'), contrast: colour('markContrast') },
  },
  shadows: {
    raised: {
      value: {
        _light: '0 1px 2px rgba(20, 20, 20, 0.06), 0 8px 24px rgba(20, 20, 20, 0.06)',
        _dark: '0 1px 2px rgba(0, 0, 0, 0.4), 0 8px 24px rgba(0, 0, 0, 0.35)',
      },
    },
  },
}

/** The 4 px grid: step 1 is 4 px, as in Tailwind. */
const steps = [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 20, 24, 32, 40, 48, 64, 80, 96]
const grid = Object.fromEntries(steps.map((step) => [String(step), { value: `${step * 4}px` }]))

const bodyFont =
  "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'PingFang SC', 'PingFang TC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif"

export const tokens = {
  spacing: grid,
  sizes: { ...grid, full: { value: '100%' } },
  radii: { sm: { value: '4px' }, md: { value: '8px' }, lg: { value: '12px' }, full: { value: '9999px' } },
  fonts: {
    body: { value: bodyFont },
    heading: { value: bodyFont },
    mono: { value: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" },
  },
  fontWeights: { normal: { value: '400' }, semibold: { value: '600' } },
  durations: { fast: { value: '120ms' }, moderate: { value: '160ms' } },
  zIndex: {
    overlay: { value: 20 },
    modal: { value: 30 },
    popover: { value: 40 },
    toast: { value: 50 },
    tooltip: { value: 60 },
  },
}

export const textStyles = {
  xs: { value: { fontSize: '12px', lineHeight: '16px' } },
  sm: { value: { fontSize: '13px', lineHeight: '18px' } },
  md: { value: { fontSize: '15px', lineHeight: '22px' } },
  lg: { value: { fontSize: '18px', lineHeight: '26px' } },
  xl: { value: { fontSize: '24px', lineHeight: '32px' } },
}

/** Opacity and transform only, so that nothing is laid out again while it moves. */
export const keyframes = {
  'fade-in': { from: { opacity: 0 }, to: { opacity: 1 } },
  'fade-out': { from: { opacity: 1 }, to: { opacity: 0 } },
  'rise-in': { from: { opacity: 0, transform: 'translateY(4px)' }, to: { opacity: 1, transform: 'none' } },
  'sheet-in': { from: { transform: 'translateY(24px)', opacity: 0 }, to: { transform: 'none', opacity: 1 } },
  pulse: { '50%': { opacity: 0.5 } },
}
