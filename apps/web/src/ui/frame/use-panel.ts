import { useSearchParams } from 'wouter'

/** The side panel beside a conversation. It stands in the address (`?panel=members`), so it can be shared and reloaded. */
export const usePanel = () => {
  const [parameters, setParameters] = useSearchParams()
  const panel = parameters.get('panel')

  const openPanel = (name: string) =>
    setParameters((current) => {
      current.set('panel', name)
      return current
    })

  const closePanel = () =>
    setParameters(
      (current) => {
        current.delete('panel')
        return current
      },
      { replace: true },
    )

  return {
    panel,
    openPanel,
    closePanel,
    togglePanel: (name: string) => (panel === name ? closePanel() : openPanel(name)),
  }
}
