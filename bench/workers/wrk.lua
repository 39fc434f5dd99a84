-- wrk with a request line of its own choice (absolute form, for proxies), and figures as one line of JSON.
local request_bytes

function init()
  local field = os.getenv("BENCH_FIELD")
  local fields = field and (field .. "\r\n") or ""
  request_bytes = "GET " .. os.getenv("BENCH_TARGET") .. " HTTP/1.1\r\nHost: " .. os.getenv("BENCH_HOST") .. "\r\n" .. fields .. "\r\n"
end

function request()
  return request_bytes
end

function done(summary, latency)
  local failed = summary.errors.connect + summary.errors.write + summary.errors.status + summary.errors.timeout
  io.write(string.format('{"requests":%d,"seconds":%.6f,"errors":%d,"readErrors":%d,"p50Micros":%d,"p99Micros":%d}\n',
    summary.requests, summary.duration / 1e6, failed, summary.errors.read, latency:percentile(50), latency:percentile(99)))
end
