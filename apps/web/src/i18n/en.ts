export const catalogues = import.meta.glob<Record<string, unknown>>(
  ['../*/locales/en.json', '../features/*/locales/en.json'],
  { import: 'default', eager: true },
)
