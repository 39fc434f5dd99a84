/** The service and region that an AWS endpoint's name stands for. */
export interface AwsHost {
  readonly service: string
  readonly region: string
}

const pattern =
  /^([a-z0-9-]+?)(?:-fips)?(?:\.([a-z]{2,}(?:-[a-z]+)+-\d))?\.(?:amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu|api\.aws)$/

const awsDomain = /(?:^|\.)(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|api\.aws)$/

/**
 * Reads a Host header. Undefined for a name that is not Amazon's (an endpoint of ours); a name of Amazon's that no endpoint of a
 * service has stands for service `unknown`, so that nothing answers it.
 * @see https://docs.aws.amazon.com/general/latest/gr/sts.html — the global `sts.amazonaws.com` is signed for us-east-1.
 */
export function parseAwsHost(host: string): AwsHost | undefined {
  const name = host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')
  if (!awsDomain.test(name)) return undefined
  const match = pattern.exec(name)
  if (!match?.[1]) return { service: 'unknown', region: 'unknown' }
  return { service: match[1], region: match[2] ?? 'us-east-1' }
}
