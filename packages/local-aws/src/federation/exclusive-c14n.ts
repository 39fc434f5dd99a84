import type { XmlElement } from './xml-document.js'

/**
 * An element in the one form that is signed: Exclusive XML Canonicalization without comments. `inclusivePrefixes` is the
 * `PrefixList` of the transform (`#default` for the default namespace); `omit` is left out, for an enveloped signature.
 * @see https://www.w3.org/TR/xml-exc-c14n/
 */
export function canonicalize(
  element: XmlElement,
  inclusivePrefixes: readonly string[] = [],
  omit?: XmlElement,
): string {
  const inclusive = inclusivePrefixes.map((prefix) => (prefix === '#default' ? '' : prefix))
  return render(element, new Map(), inclusive, omit)
}

function render(
  element: XmlElement,
  rendered: ReadonlyMap<string, string>,
  inclusive: readonly string[],
  omit: XmlElement | undefined,
): string {
  const tagName = qualifiedName(element)
  const { text: namespaces, scope } = renderNamespaces(element, rendered, inclusive)
  let text = `<${tagName}${namespaces}${renderAttributes(element)}>`
  for (const child of element.children) {
    if (child === omit) continue
    text += typeof child === 'string' ? escapeText(child) : render(child, scope, inclusive, omit)
  }
  return `${text}</${tagName}>`
}

// A namespace is written where its prefix is used and no ancestor in the output has written the same.
function renderNamespaces(element: XmlElement, rendered: ReadonlyMap<string, string>, inclusive: readonly string[]) {
  const used = new Set([element.prefix])
  for (const { prefix } of element.attributes) if (prefix !== '') used.add(prefix)
  for (const prefix of inclusive) if (element.scope.has(prefix)) used.add(prefix)
  used.delete('xml')
  const scope = new Map(rendered)
  let text = ''
  for (const prefix of [...used].sort()) {
    const namespace = element.scope.get(prefix) ?? ''
    if ((rendered.get(prefix) ?? '') === namespace) continue
    scope.set(prefix, namespace)
    text += ` ${prefix === '' ? 'xmlns' : `xmlns:${prefix}`}="${escapeAttribute(namespace)}"`
  }
  return { text, scope }
}

function renderAttributes(element: XmlElement): string {
  return [...element.attributes]
    .sort((a, b) => compare(a.namespace, b.namespace) || compare(a.local, b.local))
    .map((attribute) => ` ${qualifiedName(attribute)}="${escapeAttribute(attribute.value)}"`)
    .join('')
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function qualifiedName({ prefix, local }: { prefix: string; local: string }): string {
  return prefix === '' ? local : `${prefix}:${local}`
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#xD;')
}

function escapeAttribute(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\t', '&#x9;')
    .replaceAll('\n', '&#xA;')
    .replaceAll('\r', '&#xD;')
}
