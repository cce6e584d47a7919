// Makes pages better that work without it: keeps drafts, warns before the sign-in ends, starts the components there are.

const script = document.getElementById('app-script')
const said = script.dataset
const posted = 'posted' in document.body.dataset // this page answers a form: the server has what was typed
const PREFIX = `draft:${said.person}:`

// Drafts: forms with data-draft are kept in this tab until the server has saved what was typed.
const store = {
  get: key => attempt(() => JSON.parse(sessionStorage.getItem(key))),
  set: (key, value) => attempt(() => sessionStorage.setItem(key, JSON.stringify(value))),
  remove: key => attempt(() => sessionStorage.removeItem(key)),
  keys: start => attempt(() => Object.keys(sessionStorage).filter(key => key.startsWith(start))) || []
}

function attempt (action) {
  try { return action() } catch { return null } // storage may be full or forbidden: the page works without
}

const keyOf = form => PREFIX + new URL(form.getAttribute('action') || '', location).pathname + ':' + form.dataset.draft
const isTyped = field => field.name && !['password', 'file', 'hidden', 'submit', 'button'].includes(field.type)
const isTicked = field => ['radio', 'checkbox'].includes(field.type)
const typedFields = form => [...form.elements].filter(isTyped)

function keep (form, sent = false) {
  const typed = typedFields(form).map(field => [field.name, field.value, isTicked(field) && field.checked])
  store.set(keyOf(form), { typed, sent })
}

function restore (form) {
  const kept = store.get(keyOf(form))
  if (!kept) return
  let changed = false
  for (const [name, value, ticked] of kept.typed) {
    if (value && !form.elements[name]) addRow(form, name)
    const field = typedFields(form).find(one => one.name === name && (!isTicked(one) || one.value === value))
    if (!field || (isTicked(field) ? field.checked === ticked : field.value === value)) continue
    if (isTicked(field)) field.checked = ticked
    else field.value = value
    changed = true
  }
  if (changed) announce(form, said.restored)
}

// A row that was added before, and that the server does not know of yet: a copy of the last one.
function addRow (form, name) {
  const [, list, number] = name.match(/^(.+?)-(\d+)(?:-|$)/) || []
  const last = list && form.querySelector(`[data-row="${CSS.escape(`${list}-${number - 1}`)}"]`)
  if (!last) return
  const row = last.cloneNode(true)
  for (const element of [row, ...row.querySelectorAll('*')]) {
    for (const { name: attribute, value } of [...element.attributes]) {
      element.setAttribute(attribute, value.replaceAll(`${list}-${number - 1}`, `${list}-${number}`))
    }
    if (isTicked(element)) element.checked = false
    else if ('value' in element && element.type !== 'submit' && element.type !== 'hidden') element.value = ''
  }
  last.after(row)
}

function announce (form, sentence) {
  const notice = document.createElement('p')
  notice.className = 'govuk-inset-text'
  notice.setAttribute('role', 'status')
  notice.textContent = sentence
  form.prepend(notice)
}

function keepDrafts () {
  for (const key of store.keys('draft:')) {
    const kept = store.get(key)
    if (!kept?.sent || posted) continue
    // Signed out: what was sent did not arrive. Signed in and led on to another page: it was saved.
    if (said.person) store.remove(key)
    else store.set(key, { ...kept, sent: false })
  }
  if (!said.person) return
  for (const form of document.querySelectorAll('form[data-draft]')) {
    if (posted) keep(form)
    else restore(form)
    form.addEventListener('input', () => keep(form))
    form.addEventListener('change', () => keep(form))
    form.addEventListener('submit', () => keep(form, true))
  }
  document.querySelector('form[data-sign-out]')?.addEventListener('submit', () => {
    store.keys(PREFIX).forEach(store.remove)
  })
}

const MINUTE = 60000

function warnBeforeTheEnd () {
  const minutes = Number(document.querySelector('meta[name="idle-minutes"]')?.content)
  if (!minutes) return
  const notice = Math.min(2, minutes / 2)
  const warn = () => {
    const box = document.createElement('dialog')
    box.className = 'app-idle'
    const text = document.createElement('p')
    text.className = 'govuk-body'
    text.id = 'idle-text'
    text.textContent = said.soon
    box.setAttribute('aria-labelledby', text.id)
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'govuk-button'
    button.textContent = said.stayLabel
    box.append(text, button)
    document.body.append(box)
    // Whatever the page shows is no longer for whoever passes by; the sign-in page leads back to it.
    const end = setTimeout(() => location.reload(), notice * MINUTE)
    box.addEventListener('close', async () => {
      box.remove()
      clearTimeout(end)
      const answer = await attempt(() => fetch(said.stay, { redirect: 'manual' }))
      if (answer?.status === 204) arm()
      else location.reload()
    })
    button.addEventListener('click', () => box.close())
    box.showModal()
  }
  const arm = () => setTimeout(warn, (minutes - notice) * MINUTE)
  arm()
}

const fold = text => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
const MOST = 50

function searchSelects () {
  const words = document.getElementById('search-script')?.dataset
  if (!words || !window.accessibleAutocomplete) return
  for (const select of document.querySelectorAll('select[data-search]')) searchSelect(select, words)
}

function searchSelect (select, words) {
  const described = select.getAttribute('aria-describedby')
  const id = select.id
  const options = [...select.options].filter(option => option.value).map(option => ({ option, text: option.text, folded: fold(option.text) }))
  const own = new Option()
  const choose = (text = '') => {
    const asked = fold(text)
    const found = asked ? options.filter(one => one.folded.includes(asked)) : []
    const chosen = found.find(one => one.folded === asked) || (found.length === 1 && found[0])
    // What is no choice is sent as it was typed: the answer keeps it, and names what comes near.
    own.value = own.text = chosen ? '' : text.trim()
    if (own.value) select.append(own)
    else own.remove()
    select.value = chosen ? chosen.option.value : own.value
    select.dispatchEvent(new Event('change', { bubbles: true }))
  }
  window.accessibleAutocomplete.enhanceSelectElement({
    selectElement: select,
    defaultValue: select.value ? select.selectedOptions[0].text : '',
    showAllValues: options.length <= MOST,
    displayMenu: 'overlay',
    source: (query, found) => {
      const asked = fold(query)
      const matches = options.filter(one => one.folded.includes(asked))
      matches.sort((one, other) => other.folded.startsWith(asked) - one.folded.startsWith(asked))
      found(matches.slice(0, MOST).map(one => one.text))
    },
    autoselect: false,
    confirmOnBlur: false,
    onConfirm: choose,
    tNoResults: () => words.none,
    tStatusNoResults: () => words.none,
    tStatusResults: count => words.found.replace('{count}', count),
    tAssistiveHint: () => words.hint
  })
  const input = document.getElementById(id)
  // Only what was typed whole, or can mean one thing alone, is taken without being pointed at.
  input.addEventListener('blur', () => choose(input.value))
  if (described) input.setAttribute('aria-describedby', `${described} ${input.getAttribute('aria-describedby') || ''}`.trim())
}

keepDrafts()
searchSelects()
warnBeforeTheEnd()
if (document.querySelector('[data-module]')) import(said.components).then(components => components.initAll())
