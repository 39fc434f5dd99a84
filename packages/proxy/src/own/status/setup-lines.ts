import { formatCommand } from '../../trust/shell.js'

/** How one browser or system is told about the proxy. */
export interface Setup {
  readonly name: string
  /** What to do, in a sentence. */
  readonly how: string
  /** To be copied as it is. */
  readonly lines: readonly string[]
  readonly undo?: string
}

const WINDOWS_KEY = '"HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings"'

/** Every way we know, with this proxy's addresses in it. */
export function setups(pacUrl: string, proxyUrl: string): Setup[] {
  return [
    {
      name: 'A browser window of its own',
      how: 'Leaves your usual browser as it is. Everything in this window goes through the proxy.',
      lines: ['iam-auth-proxy open http://wiki.internal'],
    },
    {
      name: 'Firefox',
      how: 'Settings, Network Settings, Automatic proxy configuration URL:',
      lines: [pacUrl],
      undo: 'Choose “Use system proxy settings” again.',
    },
    {
      name: 'GNOME (Chromium, Chrome, Firefox and others follow it)',
      how: 'In a terminal:',
      lines: [
        'gsettings set org.gnome.system.proxy mode auto',
        formatCommand('gsettings', 'set', 'org.gnome.system.proxy', 'autoconfig-url', pacUrl),
      ],
      undo: '`gsettings set org.gnome.system.proxy mode none`',
    },
    {
      name: 'KDE Plasma',
      how: 'In a terminal (kwriteconfig5 on Plasma 5), then restart the browser:',
      lines: [
        "kwriteconfig6 --file kioslaverc --group 'Proxy Settings' --key ProxyType 2",
        `kwriteconfig6 --file kioslaverc --group 'Proxy Settings' --key 'Proxy Config Script' ${formatCommand(pacUrl)}`,
      ],
      undo: "`kwriteconfig6 --file kioslaverc --group 'Proxy Settings' --key ProxyType 0`",
    },
    {
      name: 'macOS (Safari, Chrome)',
      how: 'In a terminal; networksetup -listallnetworkservices has the names of the others:',
      lines: [formatCommand('networksetup', '-setautoproxyurl', 'Wi-Fi', pacUrl)],
      undo: '`networksetup -setautoproxystate Wi-Fi off`',
    },
    {
      name: 'Windows (Edge, Chrome)',
      how: 'In a command prompt:',
      lines: [`reg add ${WINDOWS_KEY} /v AutoConfigURL /t REG_SZ /d ${pacUrl} /f`],
      undo: `\`reg delete ${WINDOWS_KEY} /v AutoConfigURL /f\``,
    },
    {
      name: 'Chromium or Chrome, by hand',
      how: 'With a profile of its own, since a running browser ignores these flags:',
      lines: [`chromium --user-data-dir="$HOME/.iam-auth-chromium" ${formatCommand(`--proxy-pac-url=${pacUrl}`)}`],
    },
    {
      name: 'curl, scripts',
      how: 'Lower case: curl ignores HTTP_PROXY.',
      lines: [`http_proxy=${formatCommand(proxyUrl)} curl http://wiki.internal/`],
    },
  ]
}
