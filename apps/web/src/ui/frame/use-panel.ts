import { useSearchParams } from 'wouter'

/** What a panel keeps in the address beside its name; it goes when the panel does. */
const panelParameters = ['panel', 'q', 'everywhere']

const withoutPanel = (parameters: URLSearchParams) => {
  for (const name of panelParameters) parameters.delete(name)
  return parameters
}

/** The side panel beside a conversation. It stands in the address (`?panel=members`), so it can be shared and reloaded. */
export const usePanel = () => {
  const [parameters, setParameters] = useSearchParams()
  const panel = parameters.get('panel')

  const openPanel = (name: string) =>
    setParameters((current) => {
      withoutPanel(current).set('panel', name)
      return current
    })

  const closePanel = () => setParameters(withoutPanel, { replace: true })

  return {
    panel,
    openPanel,
    closePanel,
    togglePanel: (name: string) => (panel === name ? closePanel() : openPanel(name)),
  }
}
