/** The region that the environment names, by the SDK's own names. An empty one counts as absent. */
export function readRegion(
  // biome-ignore lint/style/noProcessEnv: documented names, read here alone, when createIamFetch() is called
  { AWS_REGION, AWS_DEFAULT_REGION }: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  return AWS_REGION || AWS_DEFAULT_REGION || undefined
}
