export const catalogues = import.meta.glob<Record<string, unknown>>(
  ['../*/locales/zh-CN.json', '../features/*/locales/zh-CN.json'],
  { import: 'default', eager: true },
)
