"""A small OpenML server on 127.0.0.1, with switches for what can go wrong.

It speaks the XML API as far as the openml client and `sklearn_meta.openml` need it: data sets (ARFF
and parquet), features, qualities, tasks, splits, suites, evaluations, setups, flows, runs, traces.
"""

import gzip
import re
import sys
import threading
import time
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from tests.openml.world import World, document, element, etag

API_KEY = "0123456789abcdef0123456789abcdef"


@dataclass
class Fault:
    """Something that goes wrong for paths that match.

    Parameters
    ----------
    path : str
        Regular expression, searched in the path.
    kind : str
        "slow" (waits before it answers), "drip" (sends a few bytes at a time), "500" (no XML),
        "412" (OpenML's error document), "404", "cut" (closes the connection half way), "truncated"
        (a whole answer, of half the file), "altered" (some bytes changed, the length kept).
    times : int or None
        How often; None for always.
    seconds : float
        How slow.
    """

    path: str
    kind: str
    times: int | None = None
    seconds: float = 5.0
    hits: int = field(default=0, init=False)

    def strikes(self, path):
        if not re.search(self.path, path) or (self.times is not None and self.hits >= self.times):
            return False
        self.hits += 1
        return True


class _Refused(Exception):
    """Answered with OpenML's error document."""

    def __init__(self, code, message, status=412):
        super().__init__(message)
        self.code, self.status = code, status


class Loopback:
    """The server; use it as a context manager.

    Attributes
    ----------
    world : World
        What it serves.
    faults : list of Fault
        What goes wrong at present.
    requests : list of str
        "METHOD path" of all requests so far.
    row_limit : int
        Listings that ask for more rows are refused, as OpenML does since API 1.2.6.
    """

    def __init__(self, world=None, port=0):
        self.world = world or World()
        self.faults = []
        self.requests = []
        self.row_limit = 1000
        self._http = _Server(("127.0.0.1", port), _Handler)
        self._http.loopback = self
        self.closing = threading.Event()

    @property
    def base(self):
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def api(self):
        """What `openml.config.server` has to be."""
        return f"{self.base}/api/v1/xml"

    def __enter__(self):
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exception):
        self.closing.set()  # ends answers that are slow on purpose
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def fail(self, path, kind, times=None, seconds=5.0):
        """Switch a fault on; return it."""
        self.faults.append(Fault(path, kind, times, seconds))
        return self.faults[-1]

    def count(self, pattern):
        """How many requests matched a regular expression."""
        return sum(bool(re.search(pattern, request)) for request in self.requests)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exception(), ConnectionError):  # those who lost patience hang up
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def home(self):
        return self.server.loopback

    def log_message(self, *args):
        pass

    def do_GET(self):
        self._answer("GET")

    def do_HEAD(self):
        self._answer("HEAD")

    def do_POST(self):
        self._answer("POST")

    def _answer(self, method):
        address = urlsplit(self.path)
        path = re.sub("/+", "/", unquote(address.path))
        self.fields = {key: value[0] for key, value in parse_qs(address.query).items()}
        self.files = {}
        if method == "POST":
            self._read_form()
        self.home.requests.append(f"{method} {path}")
        fault = next((f for f in self.home.faults if f.strikes(path)), None)
        kind = fault.kind if fault else None
        if kind == "slow":
            self.home.closing.wait(fault.seconds)
        if kind == "500":
            return self._send(500, b"<html>Internal Server Error, sorry</html", "text/html")
        if kind == "404":
            return self._send(404, b"<html><body>Not Found</body></html>", "text/html")
        try:
            if kind == "412":
                raise _Refused(111, "Unknown thing")
            content, mime = self._route(method, path)
        except _Refused as error:
            parts = element("code", error.code), element("message", error)
            return self._send(error.status, document("error", *parts))
        return self._send_through(kind, content, mime, fault)

    def _send_through(self, kind, content, mime, fault):
        if kind == "truncated":
            content = content[: len(content) // 2]
        if kind == "altered":
            half = len(content) // 2
            content = content[:half] + content[half:].replace(b"1", b"2")
        self._send(200, content, mime, cut=kind == "cut", drip=fault if kind == "drip" else None)

    def _send(self, status, content, mime="text/xml; charset=utf-8", cut=False, drip=None):
        if mime.startswith("text/") and "gzip" in self.headers.get("Accept-Encoding", ""):
            tag, content, coding = etag(content), gzip.compress(content, mtime=0), "gzip"
        else:
            tag, coding = etag(content), None
        self.send_response(status)
        if coding:
            self.send_header("Content-Encoding", coding)
        self.send_header("Content-Type", mime)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", f'"{tag}"')
        self.send_header("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
        self.end_headers()
        if self.command == "HEAD":
            return
        if drip:
            self._drip(content, drip.seconds)
            return
        self.wfile.write(content[: len(content) // 2] if cut else content)
        if cut:
            self.close_connection = True

    def _drip(self, content, seconds):
        piece = max(len(content) // 50, 1)
        for start in range(0, len(content), piece):
            self.wfile.write(content[start : start + piece])
            self.wfile.flush()
            if self.home.closing.wait(seconds / 50):
                break

    def _read_form(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kind = self.headers.get("Content-Type", "")
        if kind.startswith("multipart/"):
            message = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
            for part in message.get_payload():
                name = part.get_param("name", header="content-disposition")
                content = part.get_payload(decode=True)
                if part.get_filename() or name in ("description", "predictions", "trace"):
                    self.files[name] = content
                else:
                    self.fields[name] = content.decode()
        else:
            self.fields.update({k: v[0] for k, v in parse_qs(body.decode()).items()})

    # -- the paths -----------------------------------------------------------------------------

    def _route(self, method, path):
        """Return (content, media type) of a path, or raise _Refused."""
        for wanted, pattern, name in ROUTES:
            found = re.fullmatch(pattern, path)
            if found and wanted == ("GET" if method == "HEAD" else method):
                content = getattr(self, name)(*found.groups())
                mime = "text/xml; charset=utf-8"
                if name in ("arff", "parquet", "splits", "upload"):
                    mime = "text/plain" if name != "parquet" else "application/octet-stream"
                return content, mime
        raise _Refused(0, f"there is nothing at {path}", status=404)

    def _known(self, where, id, code, what):
        if int(id) not in where:
            raise _Refused(code, f"Unknown {what}")
        return int(id)

    def description(self, id):
        id = self._known(self.home.world.tables, id, 111, "dataset")
        return self.home.world.description(id, self.home.base)

    def features(self, id):
        return self.home.world.features(self._known(self.home.world.tables, id, 271, "dataset"))

    def qualities(self, id):
        id = self._known(self.home.world.tables, id, 361, "dataset")
        if not self.home.world.tables[id].has_qualities:
            raise _Refused(362, "No qualities found")
        return self.home.world.qualities(id)

    def arff(self, id):
        return self.home.world.tables[self._known(self.home.world.tables, id, 0, "file")].arff

    def parquet(self, id):
        return self.home.world.tables[int(id)].parquet_bytes

    def task(self, id):
        id = self._known(self.home.world.tasks, id, 151, "task")
        return self.home.world.task(id, self.home.base)

    def splits(self, id):
        return self.home.world.splits(self._known(self.home.world.tasks, id, 0, "task"))

    def suite(self, key):
        content = self.home.world.suite(key)
        if content is None:
            raise _Refused(601, "Unknown study")
        return content

    def evaluations(self, rest):
        wanted = self._filters(rest)
        content = self.home.world.evaluation_list(wanted, *self._page(wanted))
        if content is None:
            raise _Refused(542, "No results")
        return content

    def setups(self, rest):
        wanted = self._filters(rest)
        limit, offset = self._page(wanted)
        ids = [int(id) for id in wanted.get("setup", "").split(",") if id]
        content = self.home.world.setup_list(ids[offset : offset + limit])
        if content is None:
            raise _Refused(674, "No results")
        return content

    def one_setup(self, id):
        return self.home.world.setup(self._known(self.home.world.setups, id, 281, "setup"))

    def users(self, ids):
        users = [element("id", id) + element("username", f"user{id}") for id in ids.split(",")]
        return document("users", *[f"<oml:user>{user}</oml:user>" for user in users])

    def flow(self, id):
        return self.home.world.flow(self._known(self.home.world.flows, id, 181, "flow"))

    def flow_exists(self):
        self._check_key(102)
        id = self.home.world.flow_id(self.fields["name"], self.fields["external_version"])
        return document("flow_exists", element("exists", str(id > 0).lower()), element("id", id))

    def upload_flow(self):
        self._check_key(310)
        return document(
            "upload_flow", element("id", self.home.world.add_flow(self.files["description"]))
        )

    def setup_exists(self):
        self._check_key(102)
        id = self.home.world.setup_id(self.files["description"])
        return document("setup_exists", element("exists", str(id > 0).lower()), element("id", id))

    def upload_run(self):
        self._check_key(102)
        run = self.home.world.add_run(self.files)
        return document("upload_run", element("run_id", run))

    def runs(self, rest):
        content = self.home.world.run_list(self._filters(rest))
        if content is None:
            raise _Refused(512, "No results")
        return content

    def run(self, id):
        id = self._known(self.home.world.runs, id, 236, "run")
        return self.home.world.run(id, self.home.base)

    def trace(self, id):
        content = self.home.world.trace(self._known(self.home.world.runs, id, 571, "run"))
        if content is None:
            raise _Refused(572, "No successful trace associated with this run")
        return content

    def upload(self, id, name):
        return self.home.world.runs[int(id) // 10]["files"][name]

    def _filters(self, rest):
        parts = rest.strip("/").split("/")
        return dict(zip(parts[::2], parts[1::2], strict=True)) if rest.strip("/") else {}

    def _page(self, wanted):
        limit, offset = int(wanted.get("limit", 1000)), int(wanted.get("offset", 0))
        if limit > self.home.row_limit:
            raise _Refused(547, f"Limit {limit} is over the maximum of {self.home.row_limit} rows")
        return limit, offset

    def _check_key(self, code):
        if self.fields.get("api_key") != API_KEY:
            raise _Refused(code, "Authentication failed")


API = "/api/v1/xml/"
ROUTES = [
    ("GET", API + r"data/(\d+)", "description"),
    ("GET", API + r"data/features/(\d+)", "features"),
    ("GET", API + r"data/qualities/(\d+)", "qualities"),
    ("GET", r"/data/v1/download/(\d+)/.*", "arff"),
    ("GET", r"/datasets/\d+/\d+/dataset_(\d+).pq", "parquet"),
    ("GET", API + r"task/(\d+)", "task"),
    ("GET", r"/api_splits/get/(\d+)/.*", "splits"),
    ("GET", API + r"study/([^/]+)", "suite"),
    ("GET", API + r"evaluation/list/(.*)", "evaluations"),
    ("GET", API + r"setup/list/?(.*)", "setups"),
    ("GET", API + r"setup/(\d+)", "one_setup"),
    ("GET", API + r"user/list/user_id/([\d,]+)", "users"),
    ("GET", API + r"flow/(\d+)", "flow"),
    ("POST", API + r"flow/exists/?", "flow_exists"),
    ("POST", API + r"flow/?", "upload_flow"),
    ("POST", API + r"setup/exists/?", "setup_exists"),
    ("POST", API + r"run/?", "upload_run"),
    ("GET", API + r"run/list/?(.*)", "runs"),
    ("GET", API + r"run/trace/(\d+)", "trace"),
    ("GET", API + r"run/(\d+)", "run"),
    ("GET", r"/data/download/(\d+)/(\w+)", "upload"),
]


def serve_forever(port):
    """Serve until interrupted: ``python -m tests.openml.loopback 8123``."""
    with Loopback(port=port) as server:
        server.world.add_evaluations(2345)
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    serve_forever(int(sys.argv[1]))
