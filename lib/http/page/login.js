import { forgetToken, json, keepToken } from './api.js'
import { byId } from './element.js'

const dialog = byId('login')
// There is nothing to see without a token.
dialog.addEventListener('cancel', (event) => event.preventDefault())

/** Asks for the token until it opens. */
export async function logIn() {
  if (!dialog.open) dialog.showModal()
  byId('token').focus()
  await new Promise((resolve) => {
    byId('login-form').onsubmit = async (event) => {
      event.preventDefault()
      keepToken(byId('token').value.trim())
      try {
        await json('GET', 'stats')
        byId('token').value = ''
        dialog.close()
        resolve()
      } catch (error) {
        forgetToken()
        byId('login-failure').hidden = false
        byId('login-failure').textContent = error.status === 401 ? 'That token does not open it.' : error.message
      }
    }
  })
}
