/** The embedded AWS in a process of its own, so that its time is nobody else's. Each question counts the calls from here on anew. */
import { startLocalAws } from 'iam-auth-local-aws'
import { tally } from '../../test/support/aws-tally.js'
import type { AwsAnswer } from './aws-question.js'
import { answerQuestions } from './connect.js'

const starting = startLocalAws({ callLimit: 100_000 })

answerQuestions(async (): Promise<AwsAnswer> => {
  const aws = await starting
  const calls = tally(aws)
  aws.resetCalls()
  const keyOf = (user: string) => {
    const [key] = aws.state.user(user).accessKeys
    if (key === undefined) throw new TypeError(`${user} has no access key`)
    return { accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey }
  }
  return {
    endpoint: aws.endpoint,
    region: aws.region,
    account: aws.state.account().id,
    keyArn: aws.state.key().arn,
    alice: keyOf('alice'),
    aliceArn: aws.state.user('alice').arn,
    server: keyOf('server'),
    calls,
  }
})
