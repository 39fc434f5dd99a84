import type { Command } from 'commander'
import type { ProxyFlags } from '../config/config.js'

/** The options of every proxy: the one that `iam-auth-proxy` starts, and the private ones of `exec` and `curl`. */
export function addProxyOptions(command: Command): Command {
  return command
    .option('--socks-proxy <host:port>', 'reach services through this SOCKS5 proxy (ssh -D); names resolve at its end')
    .option(
      '--upstream-proxy <[hosts=]url>',
      'reach services through this proxy: http://, https:// or socks5h://; hosts=direct; env for HTTP_PROXY and its like (repeatable)',
      collect,
    )
    .option('--upstream-proxy-file <file>', 'lines like that, where one has a password (or IAM_AUTH_UPSTREAM_PROXY)')
    .option(
      '--trust <origin[,options]>',
      'what this origin may ask for: key=<ARN>, protocol=1|2, plain-http (repeatable); see also: trust add',
      collect,
    )
    .option(
      '--upstream-ca <file>',
      'PEM certificates that may vouch for https services, beside the public ones (repeatable)',
      collect,
    )
    .option('--only-trusted', 'forward to trusted origins only, requests and tunnels alike')
    .option('--allow-loopback', 'also forward to loopback addresses that are not trusted')
    .option('--config-dir <folder>', 'the folder of trust.json (or IAM_AUTH_PROXY_CONFIG_DIR)')
    .option('--profile <name>', 'AWS profile to use')
    .option('--region <region>', 'region of STS (default: AWS_REGION, AWS_DEFAULT_REGION, eu-west-1)')
    .option('--assume-role-arn <arn>', 'role to assume')
    .option('--assume-role-external-id <id>', 'external id for the role')
    .option('--assume-role-session-name <name>', 'session name for the role (default: iam-auth-proxy)')
    .option('--mfa-serial-number <arn>', 'MFA device; its code is asked for in the browser and on the terminal')
    .option('--mfa-token-code <code>', 'current code of the device, for the first time it is needed')
    .option('--log-format <format>', 'text or json (default: text)')
    .option('--log-level <level>', 'debug, info, warn or error (default: info; warn for exec and curl)')
}

/** Where a proxy listens that others know of, and who may use it. */
export function addListenerOptions(command: Command): Command {
  return command
    .option('--bind <host:port>', 'address to listen on (default: 127.0.0.1:8080; port 0 picks one)')
    .option(
      '--proxy-auth-file <file>',
      'user:password required of every client; needed off loopback (or IAM_AUTH_PROXY_AUTH)',
    )
}

/** The options of a command and of the program before it: `--profile dev exec …` is `exec --profile dev …`. */
export function flagsOf(command: Command): ProxyFlags {
  const [before, own] = [command.parent?.opts<ProxyFlags>() ?? {}, command.opts<ProxyFlags>()]
  return { ...before, ...own, trust: [...(before.trust ?? []), ...(own.trust ?? [])] }
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}
