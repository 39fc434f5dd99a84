/**
 * Why a mutant cannot be made of today's sources: a line each, none where it can.
 *
 * @param readSource a file's text, undefined where there is none
 */
export function findStale({ file, find, replace, breaks, tests }, readSource) {
  const missing = [file, ...tests].filter((path) => readSource(path) === undefined)
  if (missing.length > 0) return [`${file}: ${breaks}: there is no ${missing.join(', ')}`]
  const count = readSource(file).split(find).length - 1
  if (count !== 1) return [`${file}: ${breaks}: its text stands ${count} times: ${JSON.stringify(find)}`]
  return find === replace ? [`${file}: ${breaks}: changes nothing`] : []
}
