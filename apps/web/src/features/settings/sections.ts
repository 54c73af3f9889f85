import {
  Bell,
  Building2,
  CircleUser,
  Info,
  KeyRound,
  MonitorSmartphone,
  Palette,
  ShieldCheck,
  type LucideIcon,
} from 'lucide-react'

/** The sections of the settings, by the last part of their address. */
export const sections = [
  'profile',
  'workspace',
  'appearance',
  'notifications',
  'sessions',
  'password',
  'security',
  'about',
] as const

export type Section = (typeof sections)[number]

export const sectionIcons: Record<Section, LucideIcon> = {
  profile: CircleUser,
  workspace: Building2,
  appearance: Palette,
  notifications: Bell,
  sessions: MonitorSmartphone,
  password: KeyRound,
  security: ShieldCheck,
  about: Info,
}

export const isSection = (value: string): value is Section => sections.some((section) => section === value)
