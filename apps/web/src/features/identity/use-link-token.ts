/** The token of the link that led here. It stands behind `#`, which no server and no other site is told. */
export const useLinkToken = () => {
  const [token] = useState(() => location.hash.slice(1, 65) || '-')
  return token
}
