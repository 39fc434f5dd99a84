/** The root certificate that stores are told of. */
export interface Root {
  /** Path of the certificate as PEM. */
  readonly path: string
  readonly pem: string
  /** `iam-auth-proxy root 3f9a12bc`: stores list it under this name. */
  readonly name: string
  /** SHA-256, in upper-case hex without colons. */
  readonly sha256: string
}

/** What became of a change. */
export type Outcome =
  | { readonly kind: 'done' | 'unchanged' }
  | {
      readonly kind: 'failed'
      readonly reason: string
      /** Commands that a person can type to do it; none where there is nothing to type. */
      readonly byHand: readonly string[]
    }

/** A place where programs look up whom they trust. No method rejects because of what the place is like. */
export interface TrustStore {
  /** Who looks there: `Firefox`. */
  readonly audience: string
  /** A path, for people. */
  readonly place: string
  /** What is there of ours: this root, another one (or ours without trust), nothing; unknown where nobody can tell. */
  look(root: Root | undefined): Promise<'installed' | 'outdated' | 'absent' | 'unknown'>
  /** Puts the root there, and takes away every older one of ours. @param previous the last one, where it is known */
  install(root: Root, previous: Root | undefined): Promise<Outcome>
  /** Takes away every root of ours. @param root the last one, where it is known */
  uninstall(root: Root | undefined): Promise<Outcome>
}

/** What a program said. */
export interface Ran {
  /** 127 where it could not be started. */
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** What stores need from outside. */
export interface StoreDeps {
  readonly platform: NodeJS.Platform
  /** Undefined on Windows. */
  readonly uid: number | undefined
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Runs a program to its end; nothing is typed into it. */
  readonly run: (command: string, args: readonly string[]) => Promise<Ran>
  /** Runs a program as root, after asking on the terminal; undefined where there is nobody to ask. */
  readonly runAsRoot: ((commands: readonly (readonly string[])[]) => Promise<boolean>) | undefined
  /** Where the system keeps what its administrator trusts. @default looked for */
  readonly systemAnchors?: SystemAnchors
}

/** A folder of certificates that a program makes a system's store of. */
export interface SystemAnchors {
  readonly folder: string
  /** Of a file in the folder, with its dot. */
  readonly suffix: string
  readonly refresh: readonly string[]
  /** The store that is made, all in one file. */
  readonly bundle: string
}

/** All roots of ours have names that begin so. */
export const ROOT_NAME_PREFIX = 'iam-auth-proxy root '

/** The last line that a program wrote, which says what went wrong. */
export function lastLine({ stderr, stdout }: Ran): string {
  return `${stdout}\n${stderr}`.trim().split('\n').at(-1)?.trim() || 'it failed without a word'
}
