// Sets the colour scheme before the first paint. A file of its own, because the content security policy allows no
// inline script. `src/features/settings/preferences-slice.ts` writes what is read here.
;(() => {
  let theme = 'system'
  try {
    theme = JSON.parse(localStorage.getItem('parley.preferences') ?? '{}').theme ?? 'system'
  } catch (error) {
    reportError(error)
  }
  const dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.classList.add(dark ? 'dark' : 'light')
  document.documentElement.style.colorScheme = dark ? 'dark' : 'light'
})()
