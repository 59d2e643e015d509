// Asks for the token, where the control plane wants one.
import { type ComponentChild, h } from 'preact'
import { hasToken, keepToken } from './session.ts'

export function Login(): ComponentChild {
  const enter = (event: Event) => {
    event.preventDefault()
    const field = (event.target as HTMLFormElement).elements.namedItem('token')
    if (!(field instanceof HTMLInputElement) || field.value.trim() === '') return
    keepToken(field.value)
    location.reload()
  }
  return h(
    'form',
    { class: 'card login', onSubmit: enter },
    h('h2', null, 'This control plane asks for a token'),
    h(
      'p',
      null,
      hasToken() ? 'The one that this tab has is not accepted (any more). ' : '',
      h('code', null, 'lotse token create --api'),
      ' makes one. It is kept until this tab is closed.',
    ),
    h(
      'label',
      null,
      'Token ',
      h('input', { type: 'password', name: 'token', autocomplete: 'off' }),
    ),
    ' ',
    h('button', { class: 'main' }, 'Enter'),
  )
}
