#!/usr/bin/env node
// CommonJS: an ES module as entry costs some 15 ms before its first line.
require('../bundle/cli.cjs').run()
