"""The picture of a live figure: SVG made in Python, put on the page by a few lines of JavaScript that also see to the keyboard."""

from __future__ import annotations

import anywidget
import traitlets

from .theme import LIVE

# A picture with pixels is shown once they are decoded, so that it does not blink. The attribute keeps JupyterLab from taking the keys of
# whatever has the focus within the figure; it has to be on the element itself.
SCRIPT = """
const FOCUSABLE = 'button, input, textarea, select, [tabindex], [contenteditable="true"]'

function labelled(element) {
  if (element.getAttribute('aria-label') || element.id && document.querySelector(`label[for="${element.id}"]`)) return
  const label = element.closest('.jupyter-widgets')?.querySelector('.widget-label')?.textContent
  if (label && element.tagName !== 'BUTTON') element.setAttribute('aria-label', label)
}

function adopt(root) {
  for (const element of root.querySelectorAll(FOCUSABLE)) {
    if (element.dataset.lmSuppressShortcuts) continue
    element.setAttribute('data-lm-suppress-shortcuts', 'true')
    labelled(element)
  }
}

function render({ model, el }) {
  const frame = document.createElement('div')
  frame.className = 'derive-picture'
  frame.setAttribute('role', 'img')
  frame.setAttribute('data-lm-suppress-shortcuts', 'true')
  el.classList.add('derive-scroll')
  el.appendChild(frame)
  let turn = 0
  const show = async () => {
    const mine = ++turn
    const template = document.createElement('template')
    template.innerHTML = model.get('svg')
    const there = new Map([...frame.querySelectorAll('image')].map(one => [one.getAttribute('href'), one]))
    const pixels = []
    for (const one of template.content.querySelectorAll('image')) {
      const same = there.get(one.getAttribute('href'))
      if (same && same.getAttribute('width') === one.getAttribute('width')) one.replaceWith(same.cloneNode(true))
      else pixels.push(one)
    }
    if (pixels.length) await Promise.all(pixels.map(one => {
      const picture = new Image()
      picture.src = one.getAttribute('href')
      return picture.decode().catch(() => {})
    }))
    if (mine === turn) frame.replaceChildren(template.content)
  }
  const name = () => frame.setAttribute('aria-label', model.get('alt'))
  const focus = () => model.get('key_names').length ? frame.setAttribute('tabindex', '0') : frame.removeAttribute('tabindex')
  frame.addEventListener('keydown', event => {
    if (!model.get('key_names').includes(event.key)) return
    event.preventDefault()
    event.stopPropagation()
    model.send({ key: event.key })
  })
  model.on('change:svg', show)
  model.on('change:alt', name)
  show(); name(); focus()
  let observer
  const attach = () => {
    const root = el.closest('.derive-panel')
    if (!root) return void setTimeout(attach, 30)
    adopt(root)
    observer = new MutationObserver(() => adopt(root))
    observer.observe(root, { childList: true, subtree: true })
  }
  attach()
  return () => { turn = -1; observer?.disconnect() }
}
export default { render }
"""


class PictureView(anywidget.AnyWidget):  # type: ignore[misc]  # looked at without its types
    """An SVG picture; `alt` is what there is to see, in words, and `key_names` are sent back as messages when they are pressed on it."""

    _esm = SCRIPT
    _css = LIVE
    svg = traitlets.Unicode("").tag(sync=True)
    alt = traitlets.Unicode("").tag(sync=True)
    key_names = traitlets.List(traitlets.Unicode(), []).tag(sync=True)
