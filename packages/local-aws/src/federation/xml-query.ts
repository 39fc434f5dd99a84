import { type XmlElement, XmlError } from './xml-document.js'

/** The child elements of this name, in order. */
export function childrenNamed(parent: XmlElement, namespace: string, local: string): XmlElement[] {
  return elementsOf(parent).filter((child) => child.local === local && child.namespace === namespace)
}

/** The one child of this name. Throws `XmlError` if there is none, or more. */
export function onlyChild(parent: XmlElement, namespace: string, local: string): XmlElement {
  const [child, ...others] = childrenNamed(parent, namespace, local)
  if (!child || others.length > 0) throw new XmlError(`${parent.local} must have one ${local}`)
  return child
}

/** The child elements. */
export function elementsOf(parent: XmlElement): XmlElement[] {
  return parent.children.filter((child): child is XmlElement => typeof child !== 'string')
}

/** The element and all below it. */
export function withDescendants(element: XmlElement): XmlElement[] {
  return [element, ...elementsOf(element).flatMap(withDescendants)]
}

/** The text of an element, without white space around it. Throws `XmlError` if it holds elements. */
export function textOf(element: XmlElement): string {
  if (elementsOf(element).length > 0) throw new XmlError(`${element.local} must hold text only`)
  return element.children.join('').trim()
}

/** An attribute without a namespace; undefined if it is not there. */
export function attributeOf(element: XmlElement, local: string): string | undefined {
  return element.attributes.find((attribute) => attribute.local === local && attribute.namespace === '')?.value
}
