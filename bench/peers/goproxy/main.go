// goproxy, the library of the original: with Go's default idle pool of two connections a host, as the original has it, or a large one.
package main

import (
	"log"
	"net/http"
	"os"
	"strconv"

	"github.com/elazarl/goproxy"
)

func main() {
	proxy := goproxy.NewProxyHttpServer()
	if idle, err := strconv.Atoi(os.Args[2]); err == nil {
		proxy.Tr.MaxIdleConns = idle
		proxy.Tr.MaxIdleConnsPerHost = idle
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], proxy))
}
