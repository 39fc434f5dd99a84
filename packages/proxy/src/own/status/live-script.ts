/**
 * Keeps the page as it is now: asks for it every two seconds while somebody looks, and replaces the parts that have changed.
 * Polling, since a browser has six connections to us, and six open tabs with a stream each would be all of them.
 */
export const LIVE_SCRIPT = `(() => {
const parts = [...document.querySelectorAll('[data-live]')]
const shown = new Map(parts.map((part) => [part, part.outerHTML]))
const gone = document.getElementById('gone')
const look = async () => {
  if (document.hidden) return
  try {
    const answer = await fetch('/')
    if (!answer.ok) throw new Error(answer.statusText)
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
    for (const part of parts) {
      const now = fresh.getElementById(part.id)
      if (now === null || now.outerHTML === shown.get(part)) continue
      shown.set(part, now.outerHTML)
      part.className = now.className
      part.replaceChildren(...now.childNodes)
    }
    gone.hidden = true
  } catch {
    gone.hidden = false
  }
}
setInterval(look, 2000)
document.addEventListener('visibilitychange', look)
if (navigator.clipboard) for (const block of document.querySelectorAll('pre[data-copy]')) {
  const text = block.textContent
  const button = document.createElement('button')
  button.textContent = 'Copy'
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(text)
    button.textContent = 'Copied'
    setTimeout(() => { button.textContent = 'Copy' }, 1500)
  })
  block.append(button)
}
})()`
