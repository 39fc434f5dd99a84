import { REGION, startAws } from './cast/aws.js'
import { proxyEnvironment } from './cast/environment.js'
import { startProxy } from './cast/proxy.js'
import { startService } from './cast/service.js'
import type { Closing } from './closing.js'
import type { Printer } from './print/printer.js'
import { findFreePort } from './wire/free-port.js'

/** Where the search for a free port begins, so that addresses are the same from one run to the next. */
const PORTS = { aws: 4566, service: 3000, proxy: 8080 }

/** AWS, the service and alice's proxy, for a browser. They stay until `closing` closes them. @param proxyPort @default a free one */
export async function serve(closing: Closing, printer: Printer, proxyPort?: number): Promise<void> {
  const aws = closing.opened(await startAws(await findFreePort(PORTS.aws)))
  const service = closing.opened(
    await startService({
      aws,
      endpoint: aws.endpoint,
      port: await findFreePort(PORTS.service),
      onLogin: ({ arn }, { version }) => printer.outcome('✓', `${arn} has logged in (version ${version})`),
    }),
  )
  const bind = `127.0.0.1:${proxyPort ?? (await findFreePort(PORTS.proxy))}`
  const env = proxyEnvironment(aws.endpoint, REGION, aws.credentialsOf('alice'))
  const proxy = closing.opened(await startProxy(['--bind', bind, '--trust', service.origin], env))
  printer.title('The demo, for your browser')
  printer.row('service', service.origin)
  printer.row('proxy, with alice’s keys', proxy.origin)
  printer.row('embedded AWS', aws.endpoint)
  explain(printer, proxy.origin, service.origin)
}

function explain(printer: Printer, proxy: string, service: string): void {
  printer.scene('With curl')
  printer.line(`  curl --noproxy '' --proxy ${proxy} ${service}/`)
  printer.scene('With Chromium', 'A browser goes round its proxy for addresses of its own machine, unless told not to:')
  printer.line(`  chromium --user-data-dir=/tmp/iam-auth-demo --proxy-server=${proxy} \\`)
  printer.line(`    --proxy-bypass-list='<-loopback>' ${service}/`)
  printer.line('')
  printer.paragraph(`Without the proxy, ${service}/ says what is missing. Ctrl-C ends it all.`)
  printer.line('')
}
