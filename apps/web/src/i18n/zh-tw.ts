export const catalogues = import.meta.glob<Record<string, unknown>>(
  ['../*/locales/zh-TW.json', '../features/*/locales/zh-TW.json'],
  { import: 'default', eager: true },
)
