/** What is wrong with a field of a new account, told before the server is asked, which has the last word. */
export const emailProblem = (value: string) => (/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(value) ? null : 'email')

export const usernameProblem = (value: string) => {
  if (value.length < 2) return 'usernameShort'
  if (value.length > 32) return 'usernameLong'
  return /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(value) ? null : 'usernameCharacters'
}

export const passwordProblem = (value: string) => {
  if (value.length < 8) return 'passwordShort'
  return value.length > 128 ? 'passwordLong' : null
}
