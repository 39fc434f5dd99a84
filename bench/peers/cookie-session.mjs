/** cookie-session as its manual has it: the first answer sets the cookie, and who has one is known by it. */
import cookieSession from 'cookie-session'

export const withSession = [
  cookieSession({ name: 'session', keys: ['a secret of this benchmark, of no use elsewhere'] }),
  (req, _res, next) => {
    req.session.user ??= 'alice'
    next()
  },
]
