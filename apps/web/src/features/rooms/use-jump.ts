import { useLocation } from 'wouter'

/** From this width up the panel stands beside the conversation; below it covers it. */
const besideQuery = '(min-width: 1100px)'

/** Goes to a message from the panel, which stays open unless it would cover what was asked for. */
export const useJump = () => {
  const [, navigate] = useLocation()
  return (roomId: string, seq: number) => {
    const address = `/r/${roomId}/m/${seq}${matchMedia(besideQuery).matches ? location.search : ''}`
    const replace = address === `${location.pathname}${location.search}`
    // A state of its own makes a jump to where the address already points one too.
    navigate(address, { replace, state: { jumped: true } })
  }
}
