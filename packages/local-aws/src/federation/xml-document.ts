/** An element, with the namespaces that are in scope at it. */
export interface XmlElement {
  readonly prefix: string
  readonly local: string
  readonly namespace: string
  readonly attributes: readonly XmlAttribute[]
  /** Prefix (empty: the default) → namespace. */
  readonly scope: ReadonlyMap<string, string>
  readonly children: (XmlElement | string)[]
}

/** An attribute that is no namespace declaration. */
interface XmlAttribute {
  readonly prefix: string
  readonly local: string
  readonly namespace: string
  readonly value: string
}

/** Not well-formed, or beyond the plain XML that is read here. */
export class XmlError extends Error {
  override readonly name = 'XmlError'
}

const maxDepth = 64
const name = '[A-Za-z_][\\w.-]*(?::[A-Za-z_][\\w.-]*)?'
const attribute = `${name}[ \\t\\n]*=[ \\t\\n]*(?:"[^<"]*"|'[^<']*')`
const tag = new RegExp(`<(/?)(${name})((?:[ \\t\\n]+${attribute})*)[ \\t\\n]*(/?)>`, 'y')
const eachAttribute = new RegExp(`(${name})[ \\t\\n]*=[ \\t\\n]*("[^<"]*"|'[^<']*')`, 'g')
const declaration = /^<\?xml [^<>?]*\?>/

/**
 * Reads the plain XML of SAML documents. No DTD, comment, CDATA or processing instruction and no entity but XML's own five: what
 * signature wrapping and entity attacks are made of is not XML here. Names are ASCII.
 *
 * Throws `XmlError`.
 */
export function parseXml(source: string): XmlElement {
  const text = source.replace(/\r\n?/g, '\n')
  const start = declaration.exec(text)?.[0].length ?? 0
  const top: XmlElement = { ...emptyElement, children: [] }
  const open: { element: XmlElement; name: string }[] = [{ element: top, name: '' }]
  for (let at = start; at < text.length; ) {
    const parent = open[open.length - 1]
    if (!parent) throw new XmlError('an end tag without its start')
    if (text[at] !== '<') {
      const end = text.indexOf('<', at)
      const raw = text.slice(at, end < 0 ? text.length : end)
      parent.element.children.push(decodeEntities(raw))
      at += raw.length
      continue
    }
    tag.lastIndex = at
    const match = tag.exec(text)
    if (!match) throw new XmlError('a tag that is not plain XML')
    readTag(match, parent, open)
    at = tag.lastIndex
  }
  return onlyRoot(top, open.length)
}

const emptyElement = {
  prefix: '',
  local: '',
  namespace: '',
  attributes: [],
  scope: new Map([['xml', 'http://www.w3.org/XML/1998/namespace']]),
}

type Open = { element: XmlElement; name: string }

function readTag(
  [, slash, tagName = '', attributes = '', selfClosing]: RegExpExecArray,
  parent: Open,
  open: Open[],
): void {
  if (slash) {
    if (parent.name !== tagName || attributes !== '' || selfClosing) throw new XmlError('an end tag without its start')
    open.pop()
    return
  }
  const element = createElement(tagName, attributes, parent.element.scope)
  parent.element.children.push(element)
  if (selfClosing) return
  if (open.length > maxDepth) throw new XmlError('elements are nested too deep')
  open.push({ element, name: tagName })
}

function createElement(tagName: string, source: string, outer: ReadonlyMap<string, string>): XmlElement {
  const scope = new Map(outer)
  const plain: [name: string, value: string][] = []
  const seen = new Set<string>()
  for (const [, attributeName = '', quoted = ''] of source.matchAll(eachAttribute)) {
    const value = decodeEntities(quoted.slice(1, -1).replace(/[\t\n]/g, ' '))
    if (seen.has(attributeName)) throw new XmlError(`the attribute ${attributeName} is given twice`)
    seen.add(attributeName)
    if (attributeName === 'xmlns') scope.set('', value)
    else if (attributeName.startsWith('xmlns:')) scope.set(attributeName.slice('xmlns:'.length), value)
    else plain.push([attributeName, value])
  }
  const attributes = plain.map(([attributeName, value]) => ({ ...qualify(attributeName, scope, false), value }))
  const unique = new Set(attributes.map(({ namespace, local }) => `${namespace} ${local}`))
  if (unique.size < attributes.length) throw new XmlError('an attribute is given twice under two prefixes')
  return { ...qualify(tagName, scope, true), attributes, scope, children: [] }
}

function qualify(qualified: string, scope: ReadonlyMap<string, string>, isElement: boolean) {
  const colon = qualified.indexOf(':')
  const prefix = colon < 0 ? '' : qualified.slice(0, colon)
  const namespace = prefix === '' && !isElement ? '' : scope.get(prefix)
  if (prefix !== '' && !namespace) throw new XmlError(`the prefix ${prefix} is not declared`)
  return { prefix, local: qualified.slice(colon + 1), namespace: namespace ?? '' }
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(
    /&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(amp|lt|gt|quot|apos));|&/g,
    (_whole, hex, decimal, known) => {
      if (known !== undefined) return entities[known] ?? ''
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
      const isCharacter = code === 9 || code === 10 || code === 13 || (code >= 32 && code < 0xd800) || code >= 0xe000
      if (!isCharacter || code > 0x10_ffff) throw new XmlError('an entity that is none of the five of XML')
      return String.fromCodePoint(code)
    },
  )
}

function onlyRoot(top: XmlElement, depth: number): XmlElement {
  const elements = top.children.filter((child): child is XmlElement => typeof child !== 'string')
  const texts = top.children.filter((child) => typeof child === 'string')
  const [root] = elements
  if (depth !== 1 || !root || elements.length > 1 || texts.some((text) => text.trim() !== ''))
    throw new XmlError('not one element')
  return root
}
