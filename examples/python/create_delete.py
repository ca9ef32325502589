"""Creates a record on every node, and deletes it again: python3 create_delete.py KEY

Needs pyzmq alone (Debian: python3-zmq). A plain REQ socket sends one JSON text and receives one.
"""
import json
import os
import sys
import uuid

import zmq

ENDPOINT = os.environ.get("LOCKSTEP_ENDPOINT", "tcp://127.0.0.1:5570")
TOKEN = os.environ.get("LOCKSTEP_TOKEN")
ATTEMPTS = 5
ATTEMPT_MS = 15_000


def ask(request):
    """Sends a request until there is an answer. With an id it is executed once, however often it is sent."""
    for _ in range(ATTEMPTS):
        # A REQ socket without its answer cannot be used again: each attempt has its own.
        with zmq.Context.instance().socket(zmq.REQ) as socket:
            socket.setsockopt(zmq.LINGER, 0)
            socket.setsockopt(zmq.RCVTIMEO, ATTEMPT_MS)
            socket.connect(ENDPOINT)
            socket.send_string(json.dumps({**request, "auth": TOKEN} if TOKEN else request))
            try:
                return json.loads(socket.recv_string())
            except zmq.Again:
                print("no answer; asking again by the same id", file=sys.stderr)
    raise SystemExit(f"no answer from {ENDPOINT}")


key = sys.argv[1] if len(sys.argv) > 1 else "example"
for op in ("create", "delete"):
    answer = ask({"op": op, "groupId": key, "id": str(uuid.uuid4())})
    if "error" in answer:
        raise SystemExit(f"{answer['error']['code']}: {answer['error']['message']}")
    print(op, key, answer["state"], answer.get("reason", ""))
