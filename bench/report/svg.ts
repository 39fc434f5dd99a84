/** Elements of an SVG, as text. Colours come from the classes of `STYLE`, so that the picture follows a page's light or dark. */

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 13px } .small { font-size: 11px; fill: #59636e }
  .end { text-anchor: end } .middle { text-anchor: middle }
  .bar { fill: #afb8c1 } .ours { fill: #0969da } .limit { fill: #d8dee4 } .line { stroke: #0969da; stroke-width: 2; fill: none }
  .grid { stroke: #d8dee4 } .linear { stroke: #afb8c1; stroke-dasharray: 4 4; fill: none } .dot { fill: #0969da }
  .paper { fill: #ffffff }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .small { fill: #9198a1 } .paper { fill: #0d1117 } .bar { fill: #57606a } .limit { fill: #30363d }
    .grid { stroke: #30363d } .ours, .dot { fill: #4493f8 } .line { stroke: #4493f8 }
  }`

/** A drawing placed in another. */
export interface Drawing {
  readonly height: number
  readonly body: string
}

/** The whole file. */
export function svgFile(width: number, height: number, label: string, body: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escapeXml(label)}</title>
<style>${STYLE}
</style>
<rect class="paper" width="${width}" height="${height}"/>
${body}
</svg>
`
}

export function group(x: number, y: number, body: string): string {
  return `<g transform="translate(${round(x)} ${round(y)})">\n${body}\n</g>`
}

export function text(x: number, y: number, content: string, className = ''): string {
  return `<text x="${round(x)}" y="${round(y)}"${className && ` class="${className}"`}>${escapeXml(content)}</text>`
}

/** @param size width and height */
export function rect(x: number, y: number, size: readonly [number, number], className: string): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(size[0])}" height="${round(size[1])}" class="${className}"/>`
}

export function polyline(points: readonly (readonly [number, number])[], className: string): string {
  return `<polyline points="${points.map(([x, y]) => `${round(x)},${round(y)}`).join(' ')}" class="${className}"/>`
}

export function dot(x: number, y: number): string {
  return `<circle cx="${round(x)}" cy="${round(y)}" r="3" class="dot"/>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function escapeXml(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
