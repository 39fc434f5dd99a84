import type { RuntimePackage } from './runtime-packages.js'

/** CycloneDX 1.5 (ECMA-424), as far as it is used here. The same lock file gives the same bytes. */
export function formatSbom(packages: readonly RuntimePackage[]) {
  const refs = new Map(packages.map((own) => [own.path, purl(own)]))
  // One version may be installed in several places.
  const unique = [...new Map(packages.map((own) => [purl(own), own])).values()].sort((a, b) =>
    purl(a) < purl(b) ? -1 : 1,
  )
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: { type: 'application', name: 'iam-auth-proxy', 'bom-ref': 'iam-auth-proxy-monorepo' } },
    components: unique.map(component),
    dependencies: unique.map((own) => ({
      ref: purl(own),
      dependsOn: own.dependsOn.flatMap((path) => refs.get(path) ?? []).sort(),
    })),
  }
}

function component(own: RuntimePackage) {
  const { name, version, license, integrity } = own
  return {
    type: 'library',
    'bom-ref': purl(own),
    name,
    version,
    purl: purl(own),
    scope: 'required',
    licenses: license === undefined ? [] : [{ expression: license }],
    hashes: integrity === undefined ? [] : integrity.split(' ').map(hash),
  }
}

/** Subresource integrity, `sha512-<base64>`, as CycloneDX has it. */
function hash(integrity: string) {
  const dash = integrity.indexOf('-')
  const content = Buffer.from(integrity.slice(dash + 1), 'base64').toString('hex')
  return { alg: integrity.slice(0, dash).replace('sha', 'SHA-'), content }
}

function purl({ name, version }: RuntimePackage): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`
}
