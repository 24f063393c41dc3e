"""Receives signed webhooks until it has as many as it waits for."""
import hashlib
import hmac
import json
import logging
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")

secret = os.environ["WEBHOOK_SECRET"].encode()
expected = int(os.environ.get("EXPECTED", "1000"))
lock = threading.Lock()
finished = threading.Event()
received = total = 0


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        global received, total
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/hook":
            return self.answer(404, b"not found")
        signature = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signature, self.headers.get("X-Signature", "")):
            return self.answer(401, b"bad signature")
        amount = json.loads(body)["amount"]
        with lock:
            received += 1
            total += amount
        self.answer(204)
        if received == expected:
            finished.set()

    def answer(self, status, body=b""):
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


address = (os.environ.get("HOST", "0.0.0.0"), int(os.environ.get("PORT", "8080")))
server = ThreadingHTTPServer(address, Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
finished.wait()
server.shutdown()
logging.info("received webhooks=%d total=%d", received, total)
