"""Runs a command in a terminal of its own.

Reads steps as JSON from standard input: a list of [bytes to send, text to wait for]; writes all
output. A text that does not come within ten seconds ends it with status 1.
"""
import json, os, pty, select, sys, time

steps = json.load(sys.stdin)
pid, terminal = pty.fork()
if pid == 0:
    os.environ["TERM"] = "xterm"
    os.execvp(sys.argv[1], sys.argv[1:])

output = b""
status = 0


def read(timeout):
    """False at the end of the output."""
    global output
    if select.select([terminal], [], [], timeout)[0]:
        try:
            data = os.read(terminal, 65536)
        except OSError:
            return False
        output += data
        return data != b""
    return True


def wait_for(text, start):
    end = time.monotonic() + 10
    while text not in output[start:]:
        if time.monotonic() > end or not read(0.05):
            return text in output[start:]
    # what belongs to it, the next prompt first of all, comes right behind
    size = -1
    while size != len(output):
        size = len(output)
        read(0.15)
    return True


for send, expected in steps:
    start = len(output)
    os.write(terminal, send.encode())
    if not wait_for(expected.encode(), start):
        sys.stderr.write(f"after {send!r}: {expected!r} did not come\n")
        status = 1
        break
end = time.monotonic() + 5
code = None
while code is None and time.monotonic() < end:
    if not read(0.05):
        time.sleep(0.02)
    done, state = os.waitpid(pid, os.WNOHANG)
    if done:
        code = os.waitstatus_to_exitcode(state)
if code is None:
    sys.stderr.write("it did not end\n")
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    code = 1
while read(0):
    if not select.select([terminal], [], [], 0)[0]:
        break
sys.stdout.buffer.write(output)
sys.exit(status or code)
