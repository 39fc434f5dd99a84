/** A line for each package, and one for all: mutants killed, of how many. */
export function formatFigures(results) {
  const packages = [...new Set(results.map(packageOf))].sort()
  const lines = packages.map((name) => `${name}: ${figures(results.filter((result) => packageOf(result) === name))}`)
  return [...lines, `all: ${figures(results)}`]
}

function packageOf({ file }) {
  return file.split('/')[1]
}

function figures(results) {
  const killed = results.filter(({ verdict }) => verdict === 'killed').length
  return `${killed} of ${results.length} mutants killed`
}
