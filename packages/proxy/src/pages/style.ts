import { createHash } from 'node:crypto'
import { Html } from './html.js'

const CSS = [
  ':root{color-scheme:light dark;--ink:#1b2230;--soft:#5a6474;--line:#d9dee6;--paper:#fff;--ground:#f3f5f8;--mark:#b45309;--good:#15803d;--bad:#b91c1c}',
  '@media(prefers-color-scheme:dark){:root{--ink:#e6e9ef;--soft:#9aa4b2;--line:#2d3542;--paper:#1a202a;--ground:#11151c;--mark:#f0a33e;--good:#4ade80;--bad:#f87171}}',
  '*{box-sizing:border-box}',
  'body{margin:0;padding:12vh 1rem 2rem;font:1rem/1.55 system-ui,sans-serif;color:var(--ink);background:var(--ground)}',
  'main{max-width:42rem;margin:auto;padding:1.75rem;background:var(--paper);border:1px solid var(--line);',
  'border-top:4px solid var(--mark);border-radius:6px;overflow-wrap:anywhere}',
  'h1{font-size:1.45rem;line-height:1.25;margin:.15rem 0 1rem}',
  'h2{font-size:1rem;margin:1.5rem 0 .25rem}',
  'p{margin:.25rem 0}',
  '.host{color:var(--soft);margin:0}',
  'code,pre{font:.875em/1.5 ui-monospace,monospace;background:var(--ground);border:1px solid var(--line);border-radius:4px}',
  'code{padding:.1em .35em;white-space:nowrap}',
  '.code{font:.95em ui-monospace,monospace}',
  'pre{margin:.6rem 0 0;padding:.75rem;white-space:pre-wrap}',
  '.next{margin-top:1.5rem}',
  '.next a{display:inline-block;padding:.5rem 1.1rem;border-radius:6px;background:var(--ink);color:var(--paper);text-decoration:none}',
  '.next a:focus-visible{outline:3px solid var(--mark);outline-offset:2px}',
  'footer{margin-top:1.75rem;padding-top:.75rem;border-top:1px solid var(--line);font-size:.875rem;color:var(--soft)}',
  // The proxy's own pages: longer, with lists and forms.
  '.own{padding:4vh 1rem 2rem}',
  '.own main{max-width:56rem}',
  '.own a{color:inherit}.own code{white-space:normal;overflow-wrap:anywhere}',
  '.own main:has(>.good){border-top-color:var(--good)}',
  'section{margin-top:2rem}',
  'h3{font-size:1rem;font-weight:600;margin:0}',
  '.soft,.own time{color:var(--soft)}',
  '.good strong{color:var(--good)}.bad strong{color:var(--bad)}.mark strong{color:var(--mark)}',
  'ul{list-style:none;margin:.5rem 0 0;padding:0}',
  'li{padding:.7rem 0;border-top:1px solid var(--line)}',
  'li:first-child{border-top:0}',
  '.row{display:flex;flex-wrap:wrap;gap:.15rem 1rem;justify-content:space-between;align-items:baseline}',
  'dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:.5rem 0 0}',
  'dt{color:var(--soft)}dd{margin:0;min-width:0}',
  '@media(max-width:30rem){main{padding:1.25rem}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}}',
  '.own h2{font-size:1.1rem}time{white-space:nowrap}',
  'pre[data-copy]{position:relative;padding-right:5.5rem}',
  'pre button{position:absolute;top:.45rem;right:.45rem;padding:.1rem .6rem;font:.8rem system-ui,sans-serif;background:var(--paper)}',
  'form{margin:0}',
  'button,input{font:inherit;color:inherit;padding:.3rem .8rem;border:1px solid var(--line);border-radius:4px;background:var(--ground)}',
  'button{cursor:pointer}',
  'button:hover,button:focus-visible,summary:focus-visible,a:focus-visible,input:focus-visible{outline:2px solid var(--mark);outline-offset:1px}',
  // The form for an MFA code.
  '.own main.ask{max-width:30rem;margin-top:8vh}',
  '.ask label{display:block;margin-top:1.25rem;font-weight:600}',
  '.ask [name=code]{font:1.6rem/1.4 ui-monospace,monospace;letter-spacing:.2em;width:9.5em;max-width:100%;padding:.35rem .6rem}',
  '.ask [aria-invalid]{border-color:var(--mark)}',
  '.reason{border-left:4px solid var(--mark);padding-left:.6rem;margin-top:.75rem}',
  '.ask .next a,.ask .next button{display:inline-block;padding:.5rem 1.1rem;border:0;border-radius:6px;background:var(--ink);color:var(--paper)}',
  'details{border-top:1px solid var(--line)}',
  'details:last-of-type{border-bottom:1px solid var(--line)}',
  'summary{padding:.6rem 0;cursor:pointer}',
  'details>:last-child{margin-bottom:1rem}',
].join('')

/** The one style sheet of all pages. */
export const STYLE = new Html(`<style>${CSS}</style>`)

/** Source expressions for `style-src`: this style sheet, and no other. */
export const STYLE_SOURCE = `'sha256-${sha256(CSS)}'`

/** A script as an element, and the source expression for `script-src` that allows it alone. */
export function inlineScript(code: string): { readonly element: Html; readonly source: string } {
  if (code.includes('</')) throw new TypeError('a script that would end its own element')
  return { element: new Html(`<script>${code}</script>`), source: `'sha256-${sha256(code)}'` }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}
