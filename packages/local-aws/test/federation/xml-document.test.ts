import { describe, expect, it } from 'vitest'
import { canonicalize } from '../../src/federation/exclusive-c14n.js'
import { parseXml } from '../../src/federation/xml-document.js'

describe('exclusive canonicalization', () => {
  it.each([
    ['an empty element', '<a/>', '<a></a>'],
    ['attributes in order, in double quotes', '<a z=\'1\' b="2"/>', '<a b="2" z="1"></a>'],
    [
      'namespaces before attributes, only where used',
      '<a:a xmlns:b="urn:b" xmlns:a="urn:a"><b:b/></a:a>',
      '<a:a xmlns:a="urn:a"><b:b xmlns:b="urn:b"></b:b></a:a>',
    ],
    ['a namespace once', '<a xmlns="urn:a"><b xmlns="urn:a"/></a>', '<a xmlns="urn:a"><b></b></a>'],
    ['a namespace taken back', '<a xmlns="urn:a"><b xmlns=""/></a>', '<a xmlns="urn:a"><b xmlns=""></b></a>'],
    [
      'attributes by namespace, then name',
      '<a xmlns:y="urn:1" xmlns:x="urn:2" x:a="1" y:b="2" c="3"/>',
      '<a xmlns:x="urn:2" xmlns:y="urn:1" c="3" y:b="2" x:a="1"></a>',
    ],
    [
      'escapes',
      '<a b="&#9;&#10;&#13;&lt;&quot;&amp;\'">&lt;&gt;&amp;&#13;"</a>',
      '<a b="&#x9;&#xA;&#xD;&lt;&quot;&amp;\'">&lt;&gt;&amp;&#xD;"</a>',
    ],
    ['line ends', '<a>\r\nb\rc</a>\r\n', '<a>\nb\nc</a>'],
    ['line ends in attributes', '<a b="c\nd"/>', '<a b="c d"></a>'],
  ])('writes %s', (_name, source, canonical) => {
    expect(canonicalize(parseXml(source))).toBe(canonical)
  })
})

describe('XML that is not plain', () => {
  it.each([
    ['nothing', ''],
    ['two roots', '<a/><b/>'],
    ['text outside', '<a/>b'],
    ['an open element', '<a>'],
    ['a closed one too many', '<a/></a>'],
    ['crossed elements', '<a><b></a></b>'],
    ['a DTD', '<!DOCTYPE a><a/>'],
    ['a comment', '<a><!-- b --></a>'],
    ['CDATA', '<a><![CDATA[b]]></a>'],
    ['a processing instruction', '<a><?b?></a>'],
    ['an unknown entity', '<a>&b;</a>'],
    ['a bare ampersand', '<a>& b</a>'],
    ['a character that XML has not', '<a>&#0;</a>'],
    ['an attribute given twice', '<a b="1" b="2"/>'],
    ['an attribute given twice by namespace', '<a xmlns:x="u" xmlns:y="u" x:b="1" y:b="2"/>'],
    ['an attribute without quotes', '<a b=1/>'],
    ['a prefix without declaration', '<a:b/>'],
    ['elements nested too deep', '<a>'.repeat(100) + '</a>'.repeat(100)],
  ])('is refused: %s', (_name, source) => {
    expect(() => parseXml(source)).toThrow(expect.objectContaining({ name: 'XmlError' }) as Error)
  })
})
