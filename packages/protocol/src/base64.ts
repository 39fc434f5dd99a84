import { ProtocolError } from './errors.js'

/** Bytes of unpadded base64url (RFC 4648 §5) in its one canonical spelling. @throws ProtocolError ERR_IAM_BASE64 */
export function parseBase64Url(text: string): Uint8Array {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw notCanonical()
  const bytes = decode(text.replaceAll('-', '+').replaceAll('_', '/'))
  if (formatBase64Url(bytes) !== text) throw notCanonical()
  return bytes
}

/** Bytes of padded base64 (RFC 4648 §4) in its one canonical spelling. @throws ProtocolError ERR_IAM_BASE64 */
export function parseBase64(text: string): Uint8Array {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw notCanonical()
  const bytes = decode(text)
  if (formatBase64(bytes) !== text) throw notCanonical()
  return bytes
}

export function formatBase64Url(bytes: Uint8Array): string {
  return formatBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

export function formatBase64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

function decode(text: string): Uint8Array {
  const binary = decodeBinary(text)
  const bytes = new Uint8Array(binary.length)
  for (let index = 0; index < bytes.length; index++) bytes[index] = binary.charCodeAt(index)
  return bytes
}

function decodeBinary(text: string): string {
  try {
    return atob(text)
  } catch {
    throw notCanonical() // atob throws a DOMException on a length it cannot decode
  }
}

function notCanonical(): ProtocolError {
  return new ProtocolError('ERR_IAM_BASE64', 'not base64 in its canonical spelling')
}
