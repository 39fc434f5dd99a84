"""Gets https://<host>:<port>/ from loopback with requests: prints the status, or the name of the error."""
import socket
import sys

import requests

host, port, bundle = sys.argv[1:]
real = socket.getaddrinfo
socket.getaddrinfo = lambda _name, *rest, **named: real("127.0.0.1", *rest, **named)
try:
    print(requests.get(f"https://{host}:{port}/", verify=bundle, timeout=20).status_code)
except requests.exceptions.SSLError as error:
    print("SSLError", error)
