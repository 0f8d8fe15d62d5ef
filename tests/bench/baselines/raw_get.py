"""Keep-alive clients on bare sockets: how fast the bench's server can answer at all.

python raw_get.py PORT CLIENTS IDS_FILE ROUNDS
"""

import socket
import sys
import threading

port, clients, rounds = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[4])
with open(sys.argv[3]) as file:
    ids = iter(file.read().split() * rounds)
lock = threading.Lock()


def run() -> None:
    """Ask until no id is left; parse no more than the length of the answer."""
    with socket.create_connection(("127.0.0.1", port)) as sock:
        while True:
            with lock:
                agent_id = next(ids, None)
            if agent_id is None:
                return
            sock.sendall(
                f"GET /v1/deepagents/agents/{agent_id}?include_files=true HTTP/1.1\r\n"
                "host: bench\r\naccept-encoding: gzip\r\n\r\n".encode()
            )
            answer = sock.recv(262144)
            head, _, body = answer.partition(b"\r\n\r\n")
            missing = int(head.rsplit(b"content-length: ", 1)[1]) - len(body)
            while missing > 0:
                missing -= len(sock.recv(262144))


threads = [threading.Thread(target=run) for _ in range(clients)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
