import { chownSync, writeFileSync } from 'node:fs'
import { findProgram } from '../../test/support/programs.js'
import type { Ability, Contender, Launch, Site } from './contender.js'

interface Program {
  readonly name: string
  readonly program: string
  readonly package: string
  readonly role?: 'limit'
  readonly abilities: readonly Ability[]
  readonly closesUnannounced?: true
  /** Its configuration, and the arguments that have it read the file. */
  readonly config: (site: Site) => string
  readonly args: (file: string, site: Site) => readonly string[]
}

/** Debian's squid, started by root, becomes this user. */
const PROXY_UID = 13

/** Long enough for any run: no contender may close an idle connection. */
const HOUR = 3600

const PROGRAMS: readonly Program[] = [
  {
    name: 'nginx (reverse)',
    program: 'nginx',
    package: 'nginx-light',
    role: 'limit',
    abilities: ['reverse'],
    args: (file) => ['-c', file],
    config: ({ port, upstream, directory }) => `daemon off; master_process off; pid ${directory}/pid;
error_log ${directory}/error.log; events { worker_connections 4096; }
http { access_log off; client_body_temp_path ${directory}/body; proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/1; uwsgi_temp_path ${directory}/2; scgi_temp_path ${directory}/3;
  keepalive_requests 1000000000; keepalive_timeout ${HOUR}; client_max_body_size 0;
  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_max_temp_file_size 0; proxy_request_buffering off;
  upstream service { server 127.0.0.1:${upstream}; keepalive 1024; keepalive_requests 1000000000; }
  server { listen 127.0.0.1:${port}; location / { proxy_pass http://service; } } }`,
  },
  {
    name: 'squid',
    program: 'squid',
    package: 'squid',
    abilities: ['http', 'connect'],
    args: (file) => ['-N', '-f', file],
    config: ({ port, directory }) => `http_port 127.0.0.1:${port}
http_access allow all
cache deny all
access_log none
cache_log ${directory}/cache.log
pid_filename none
coredump_dir ${directory}
shutdown_lifetime 0 seconds
visible_hostname bench.test
max_filedescriptors 16384
`,
  },
  {
    name: 'tinyproxy',
    program: 'tinyproxy',
    package: 'tinyproxy',
    abilities: ['http', 'connect', 'websocket'],
    closesUnannounced: true,
    args: (file) => ['-d', '-c', file],
    config: ({ port, directory }) =>
      `Port ${port}\nListen 127.0.0.1\nTimeout ${HOUR}\nMaxClients 4096\nLogFile "${directory}/log"\nLogLevel Critical\n`,
  },
  {
    name: 'privoxy',
    program: 'privoxy',
    package: 'privoxy',
    abilities: ['http', 'connect'],
    args: (file) => ['--no-daemon', file],
    config: ({ port, directory }) => `listen-address 127.0.0.1:${port}
confdir ${directory}
logdir ${directory}
logfile log
debug 0
toggle 0
keep-alive-timeout ${HOUR}
default-server-timeout ${HOUR}
connection-sharing 1
max-client-connections 4096
socket-timeout ${HOUR}
`,
  },
  {
    name: 'mitmproxy',
    program: 'mitmdump',
    package: 'mitmproxy',
    abilities: ['http', 'intercept'],
    args: (_file, { port, directory }) =>
      `-q --listen-host 127.0.0.1 -p ${port} --set confdir=${directory} --set stream_large_bodies=1m --set flow_detail=0 --set ssl_insecure=true`.split(
        ' ',
      ),
    config: () => '',
  },
  {
    name: 'haproxy (tcp)',
    program: 'haproxy',
    package: 'haproxy',
    role: 'limit',
    abilities: ['tcp'],
    args: (file) => ['-db', '-f', file],
    config: ({ port, upstream }) => `global
  nbthread 1
defaults
  mode tcp
  timeout connect 5s
  timeout client 1h
  timeout server 1h
listen through
  bind 127.0.0.1:${port}
  server service 127.0.0.1:${upstream}
`,
  },
]

/** Programs of Debian, each with the least configuration that has it forward everything on loopback, logging nothing. */
export const debianPeers: readonly Contender[] = PROGRAMS.map((entry) => ({
  name: entry.name,
  role: entry.role ?? 'peer',
  abilities: entry.abilities,
  ...(entry.closesUnannounced && { closesUnannounced: true }),
  missing: () =>
    findProgram(entry.program) === undefined
      ? { reason: `${entry.program} is not installed`, packages: [entry.package] }
      : undefined,
  prepare: (site) => prepare(entry, site),
}))

function prepare(entry: Program, site: Site): Launch {
  const file = `${site.directory}/conf`
  writeFileSync(file, entry.config(site))
  if (entry.program === 'squid' && process.getuid?.() === 0) chownSync(site.directory, PROXY_UID, PROXY_UID)
  return { command: [findProgram(entry.program) ?? entry.program, ...entry.args(file, site)] }
}
