"""GETs every agent of a corpus and parses the JSON: what a plan cannot do without.

    python bare_get.py ENDPOINT WORKERS IDS_FILE

One httpx transport with one connection per thread, called without a client around it.
"""

import json
import ssl
import sys
import threading

import httpx

endpoint, workers, ids_file = sys.argv[1], int(sys.argv[2]), sys.argv[3]
with open(ids_file) as file:
    ids = iter(file.read().split())
lock = threading.Lock()
# Plain http to loopback: a context that would trust nobody is enough, and loads no certificates.
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
headers = {"X-Api-Key": "bench", "Accept": "application/json", "Accept-Encoding": "gzip"}
extensions = {"timeout": httpx.Timeout(60).as_dict()}


def run() -> None:
    """GET until no id is left."""
    with httpx.HTTPTransport(verify=context, limits=limits) as transport:
        while True:
            with lock:
                agent_id = next(ids, None)
            if agent_id is None:
                return
            url = f"{endpoint}/v1/deepagents/agents/{agent_id}?include_files=true"
            request = httpx.Request("GET", url, headers=headers, extensions=extensions)
            json.loads(transport.handle_request(request).read())


threads = [threading.Thread(target=run) for _ in range(workers)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
