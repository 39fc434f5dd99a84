import { isPartition, partitionOfRegion, stsHost } from 'iam-auth-protocol'
import { describe, expect, it } from 'vitest'

it.each([
  ['eu-west-1', 'aws', 'sts.eu-west-1.amazonaws.com'],
  ['ap-southeast-5', 'aws', 'sts.ap-southeast-5.amazonaws.com'],
  ['cn-northwest-1', 'aws-cn', 'sts.cn-northwest-1.amazonaws.com.cn'],
  ['us-gov-west-1', 'aws-us-gov', 'sts.us-gov-west-1.amazonaws.com'],
  ['eusc-de-east-1', 'aws-eusc', 'sts.eusc-de-east-1.amazonaws.eu'],
  ['us-iso-east-1', 'aws-iso', 'sts.us-iso-east-1.c2s.ic.gov'],
  ['us-isob-east-1', 'aws-iso-b', 'sts.us-isob-east-1.sc2s.sgov.gov'],
  ['eu-isoe-west-1', 'aws-iso-e', 'sts.eu-isoe-west-1.cloud.adc-e.uk'],
  ['us-isof-south-1', 'aws-iso-f', 'sts.us-isof-south-1.csp.hci.ic.gov'],
])('%s is of %s, its STS is %s', (region, partition, host) => {
  expect(partitionOfRegion(region)).toBe(partition)
  expect(isPartition(partition)).toBe(true)
  expect(stsHost(region)).toBe(host)
})

describe('what is no region makes no host', () => {
  it.each([
    '',
    'evil',
    'evil.com?',
    'evil.com/#',
    'x@evil.com',
    'xx-evil.com-1',
    '../',
    'EU-WEST-1',
    'eu-west-1\n',
    'eu-west-1 ',
    'aws-global',
    'us-gov-1',
    'us-isoz-east-1',
    'cn-1',
    `eu-${'w'.repeat(28)}-1`,
  ])('%j', (region) => {
    expect(partitionOfRegion(region)).toBeUndefined()
    expect(() => stsHost(region)).toThrow(TypeError)
  })
})

it.each(['', 'AWS', 'aws-evil', 'constructor', '__proto__', 'toString'])('%j is no partition', (text) => {
  expect(isPartition(text)).toBe(false)
})
