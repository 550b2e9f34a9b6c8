"""A model hub on this machine alone, so that notebooks can write to one and read from it without a network.

It answers what `huggingface_hub` and `datasets` ask in order to create a repository, commit files to it (small ones in the
commit, others through git LFS), list it, and download from it. It knows no users, no branches and no Xet storage, keeps
everything in memory, and forgets it at the end. Nothing in the package imports it.
"""
import base64
import hashlib
import json
import os
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, unquote, urlsplit

LARGE = ".safetensors", ".parquet"   # what goes through LFS, besides whatever is longer than a page
REPO = r"(?P<id>[\w.-]+/[\w.-]+)"


class LocalHub(ThreadingHTTPServer):
    "Repositories by (kind, id), each a list of commits: (sha, {path: bytes})."
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.repos = {}
        self.lfs = {}     # content by SHA-256
        self.asked = []   # every request, in words
        Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self): return f"http://127.0.0.1:{self.server_address[1]}"

    def environment(self, home):
        "What sends the clients here: for `os.environ`, before they are imported, or for a process of their own."
        return dict(HF_ENDPOINT=self.url, HF_HOME=str(home), HF_HUB_OFFLINE="0", HF_TOKEN="hf_local", HF_HUB_DISABLE_XET="1",
                    HF_HUB_DISABLE_TELEMETRY="1", HF_HUB_DISABLE_PROGRESS_BARS="1", no_proxy="127.0.0.1")

    def commit(self, key, lines):
        "Add a commit made of the lines that a client sends."
        files = dict(self.repos[key][-1][1])
        for line in lines:
            value = line["value"]
            if line["key"] == "file": files[value["path"]] = base64.b64decode(value["content"])
            if line["key"] == "lfsFile": files[value["path"]] = self.lfs[value["oid"]]
            if line["key"] == "deletedFile": files.pop(value["path"], None)
        sha = hashlib.sha1(os.urandom(8)).hexdigest()
        self.repos[key].append((sha, files))
        return sha


def is_large(path, size): return path.endswith(LARGE) or size > 20_000

def entry(path, data):
    "What a listing says of a file."
    said = dict(type="file", path=path, size=len(data), oid=hashlib.sha1(data).hexdigest())
    if is_large(path, len(data)): said["lfs"] = dict(oid=hashlib.sha256(data).hexdigest(), size=len(data), pointerSize=130)
    return said


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_): pass

    def reply(self, body, status=200, **headers):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in (headers | {"Content-Length": len(body)}).items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        if self.command != "HEAD": self.wfile.write(body)

    def refuse(self, code, status=404): self.reply({"error": code}, status, X_Error_Code=code)

    def do_GET(self): self.answer()
    do_HEAD = do_POST = do_PUT = do_GET

    def answer(self):
        path = unquote(urlsplit(self.path).path)
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append(f"{self.command} {path}")
        for methods, pattern, handle in ROUTES:
            found = re.fullmatch(pattern, path)
            if found and self.command in methods.split(): return handle(self, **found.groupdict())
        self.refuse("NotFound")

    def find(self, kind, id, revision="main"):
        "A commit, or None when that was refused."
        commits = self.server.repos.get((kind, id))
        if commits is None: return self.refuse("RepoNotFound")
        chosen = [c for c in commits if revision in ("main", c[0])]
        return chosen[-1] if chosen else self.refuse("RevisionNotFound")

    def create(self):
        asked = json.loads(self.body)
        id, kind = f"{asked.get('organization') or 'me'}/{asked['name']}", asked.get("type") or "model"
        new = (kind, id) not in self.server.repos
        if new: self.server.repos[kind, id] = [(hashlib.sha1(id.encode()).hexdigest(), {})]
        self.reply({"url": f"{self.server.url}/{'datasets/' if kind == 'dataset' else ''}{id}", "name": id}, 200 if new else 409)

    def info(self, kind, id, revision=None):
        if not (found := self.find(kind, id, revision or "main")): return
        self.reply(dict(id=id, sha=found[0], private=False, tags=[], siblings=[dict(rfilename=p) for p in found[1]]))

    def tree(self, kind, id, revision, path=None):
        if not (found := self.find(kind, id, revision)): return
        under = f"{path}/" if path else ""
        listed = {p: entry(p, data) for p, data in found[1].items() if p.startswith(under)}
        if parse_qs(urlsplit(self.path).query).get("recursive", ["False"])[0].lower() not in ("true", "1"):
            deep = {p for p in listed if "/" in p[len(under):]}
            folders = {under + p[len(under):].split("/")[0] for p in deep}
            folders = {p: dict(type="directory", path=p, oid="0", size=0) for p in folders}
            listed = folders | {p: e for p, e in listed.items() if p not in deep}
        if path and not listed: return self.refuse("EntryNotFound")
        self.reply(list(listed.values()))

    def paths(self, kind, id, revision):
        if not (found := self.find(kind, id, revision)): return
        named = json.loads(self.body)["paths"] if self.body[:1] == b"{" else parse_qs(self.body.decode())["paths"]
        self.reply([entry(p, found[1][p]) for p in named if p in found[1]])

    def preupload(self, kind, id, revision):
        def mode(f): return dict(path=f["path"], uploadMode="lfs" if is_large(f["path"], f["size"]) else "regular", shouldIgnore=False)
        self.reply({"files": [mode(f) for f in json.loads(self.body)["files"]]})

    def batch(self, kind=None, id=None):
        def action(o): return o | dict(actions=dict(upload=dict(href=f"{self.server.url}/lfs/{o['oid']}")))
        self.reply({"transfer": "basic", "objects": [action(o) for o in json.loads(self.body)["objects"]]})

    def store(self, oid):
        self.server.lfs[oid] = self.body
        self.reply({})

    def commit(self, kind, id, revision):
        if not self.find(kind, id): return
        sha = self.server.commit((kind, id), map(json.loads, self.body.splitlines()))
        self.reply({"commitUrl": f"{self.server.url}/{id}/commit/{sha}", "commitOid": sha})

    def resolve(self, id, revision, path, kind=None):
        if not (found := self.find("dataset" if kind else "model", id, revision)): return
        if path not in found[1]: return self.refuse("EntryNotFound")
        data = found[1][path]
        tag = entry(path, data)
        headers = dict(ETag=f'"{tag.get("lfs", tag)["oid"]}"', X_Repo_Commit=found[0], Accept_Ranges="bytes")
        if asked := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or ""):
            first, last = int(asked[1]), min(int(asked[2] or len(data)), len(data) - 1)
            return self.reply(data[first:last + 1], 206, Content_Range=f"bytes {first}-{last}/{len(data)}", **headers)
        self.reply(data, **headers)


API = rf"/api/(?P<kind>model|dataset)s/{REPO}"
ROUTES = [
    ("GET", "/api/whoami-v2", lambda self: self.reply(dict(type="user", name="me", auth=dict(accessToken=dict(role="write"))))),
    ("POST", "/api/validate-yaml", lambda self: self.reply(dict(errors=[], warnings=[]))),
    ("POST", "/api/repos/create", Answer.create),
    ("GET", API, Answer.info), ("GET", API + "/revision/(?P<revision>[^/]+)", Answer.info),
    ("GET", API + "/tree/(?P<revision>[^/]+)(/(?P<path>.+))?", Answer.tree),
    ("POST", API + "/paths-info/(?P<revision>[^/]+)", Answer.paths),
    ("POST", API + "/preupload/(?P<revision>[^/]+)", Answer.preupload),
    ("POST", API + "/commit/(?P<revision>[^/]+)", Answer.commit),
    ("POST", rf"/(?P<kind>datasets/)?{REPO}\.git/info/lfs/objects/batch", Answer.batch),
    ("PUT", "/lfs/(?P<oid>[0-9a-f]+)", Answer.store),
    ("GET HEAD", rf"/(?P<kind>datasets/)?{REPO}/resolve/(?P<revision>[^/]+)/(?P<path>.+)", Answer.resolve),
    ("GET HEAD", "/", lambda self: self.reply({})),
]
