/** iam-auth-protocol: the wire format of IAM logins. */
export const PROTOCOL_VERSIONS = [1, 2] as const
