import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Express, Request, Response } from 'express'

/** A repository `wiki.git` with one file, `README`, in a folder that `serveGit` can serve. */
export function makeRepository(root: string, readme: string): void {
  const work = join(root, 'work')
  mkdirSync(work)
  writeFileSync(join(work, 'README'), readme)
  const author = ['-c', 'user.name=Alice', '-c', 'user.email=alice@example.com']
  git(work, 'init', '-q', '-b', 'main')
  git(work, 'add', 'README')
  git(work, ...author, 'commit', '-q', '-m', 'one')
  git(root, 'clone', '-q', '--bare', 'work', 'wiki.git')
}

/** Git's own server, smart HTTP, below `/git`: the CGI program `git http-backend`. */
export function serveGit(app: Express, root: string): void {
  app.use('/git', (req, res) => void runBackend(req, res, root))
}

function runBackend(req: Request, res: Response, root: string): void {
  const [path = '', query = ''] = req.url.split('?')
  const { PATH } = process.env
  const env = {
    PATH,
    ...{ GIT_PROJECT_ROOT: root, GIT_HTTP_EXPORT_ALL: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
    ...{ REQUEST_METHOD: req.method, PATH_INFO: path, QUERY_STRING: query, REMOTE_ADDR: '127.0.0.1' },
    ...{ CONTENT_TYPE: req.get('content-type') ?? '', HTTP_CONTENT_ENCODING: req.get('content-encoding') ?? '' },
  }
  const backend = spawn('git', ['-c', 'safe.directory=*', 'http-backend'], { env, stdio: ['pipe', 'pipe', 'inherit'] })
  req.pipe(backend.stdin)
  const chunks: Buffer[] = []
  backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  backend.stdout.on('end', () => answer(res, Buffer.concat(chunks)))
}

/** RFC 3875 §6: header lines, `Status` among them, an empty line, the body. */
function answer(res: Response, output: Buffer): void {
  const end = output.indexOf('\r\n\r\n')
  for (const line of output.subarray(0, end).toString('latin1').split('\r\n')) {
    const [, name = '', value = ''] = /^([^:]+): *(.*)$/.exec(line) ?? []
    if (name.toLowerCase() === 'status') res.status(Number.parseInt(value, 10))
    else res.set(name, value)
  }
  res.end(output.subarray(end + 4))
}

function git(cwd: string, ...args: readonly string[]): void {
  const { PATH } = process.env
  const env = { PATH, HOME: cwd, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' }
  const { status, stderr } = spawnSync('git', args, { cwd, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`)
}
