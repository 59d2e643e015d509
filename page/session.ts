// The token by which this tab asks, where the control plane wants one. It is forgotten with the tab.

const KEY = 'lotse-token'

export function authorization(): Record<string, string> {
  const token = sessionStorage.getItem(KEY)
  return token ? { authorization: `Bearer ${token}` } : {}
}

export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token.trim())
}

export function hasToken(): boolean {
  return sessionStorage.getItem(KEY) !== null
}
